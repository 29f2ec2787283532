// Writes sample/orders.csv: a shop's order export with the faults that such exports have. The seed is fixed, so the
// file is the same each time. Run with `npm run sample`.
import { writeFileSync } from "node:fs";

const seed = 20260314;
const orders = 6000;

/** Mulberry32: small, good enough for a sample, the same everywhere. */
function randomFrom(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomFrom(seed);
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
const chance = (share) => random() < share;

const firstNames = [
  "Ada",
  "Amélie",
  "Aisha",
  "Björn",
  "Carlos",
  "Chloé",
  "Dmitri",
  "Elena",
  "Emeka",
  "Fatima",
  "Grace",
];
firstNames.push("Hiro", "Ingrid", "Jack", "Jürgen", "Katarzyna", "Lars", "Lucía", "Marta", "Mei", "Noah", "Oksana");
firstNames.push("Pedro", "Priya", "Rosa", "Søren", "Tomáš", "Uma", "Viktor", "Wanjiru", "Yusuf", "Zoë");
const lastNames = [
  "Andersen",
  "Bauer",
  "Costa",
  "Dupont",
  "Eriksson",
  "Fischer",
  "García",
  "Hughes",
  "Ivanova",
  "Jansen",
];
lastNames.push("Kowalska", "Lindqvist", "Müller", "Nakamura", "O'Brien", "Okafor", "Patel", "Quinn", "Rossi", "Šimek");
lastNames.push("Tanaka", "Unger", "Van Dijk", "Weber", "Xu", "Yılmaz", "Zhang");
const places = [
  ["DE", "Berlin"],
  ["DE", "München"],
  ["DE", "Köln"],
  ["FR", "Paris"],
  ["FR", "Lyon"],
  ["NL", "Utrecht"],
  ["AT", "Wien"],
  ["CH", "Zürich"],
  ["ES", "Málaga"],
  ["PT", "Porto"],
  ["SE", "Göteborg"],
  ["DK", "Aarhus"],
  ["PL", "Łódź"],
  ["IT", "Torino"],
  ["GB", "Leeds"],
  ["IE", "Cork"],
];
const products = [
  ["LMP-0120", "Desk lamp, brushed steel", 49.9],
  ["LMP-0135", "Floor lamp, oak", 129],
  ["CHR-0210", "Task chair, grey", 219],
  ["CHR-0230", "Stool, birch", 59.5],
  ["DSK-0305", "Standing desk, 140 × 70", 489],
  ["DSK-0310", "Desk shelf", 34.95],
  ["NTB-0402", "Notebook A5, dotted", 12.5],
  ["NTB-0404", "Notebook A4, ruled", 15.9],
  ["PEN-0501", "Fountain pen, fine", 38],
  ["PEN-0502", "Ink, midnight blue", 9.8],
  ["MUG-0601", "Mug, speckled", 14.5],
  ["MUG-0602", "Tea pot, 0.8 l", 42],
  ["PST-0701", 'Poster "Tides", 50 × 70', 24],
  ["PST-0702", 'Poster "North", 70 × 100', 36],
  ["BAG-0801", "Tote, natural", 19.9],
  ["BAG-0802", "Backpack, 18 l", 89],
];
const notes = [
  "",
  "",
  "",
  "",
  "",
  "",
  "Leave with the neighbour",
  "Gift wrap, please",
  "Call before delivery",
  "Second floor, no lift",
  "Invoice to the company",
  "Ring twice;\nthe bell is slow",
  'Card: "Happy birthday, Mum!"',
  "-10% promised by phone",
];

const two = (n) => String(n).padStart(2, "0");

/** The shop changed its system twice, and each wrote dates in its own way. */
function dateText(day, i) {
  const [y, m, d] = [day.getUTCFullYear(), two(day.getUTCMonth() + 1), two(day.getUTCDate())];
  if (i > orders * 0.92) return `${d}.${m}.${y}`;
  if (i > orders * 0.84) return `${d}/${m}/${y}`;
  return `${y}-${m}-${d}`;
}

const plainAscii = (text) =>
  text
    .normalize("NFD")
    .replace(/[^\x20-\x7e]/g, "")
    .toLowerCase()
    .replace(/[^a-z]/g, "");

function order(i) {
  const day = new Date(Date.UTC(2025, 0, 1 + Math.floor((i / orders) * 420)));
  const first = pick(firstNames);
  const last = pick(lastNames);
  const [country, city] = pick(places);
  const [sku, product, price] = pick(products);
  const quantity = 1 + Math.floor(random() ** 3 * 9);
  const discount = chance(0.18) ? pick([5, 10, 15]) : 0;
  const shipped = chance(0.93) ? dateText(new Date(day.getTime() + (1 + below(6)) * 86_400_000), i) : "";
  return {
    order_id: `SO-${100_000 + i}`,
    ordered_on: dateText(day, i),
    customer: `${first} ${last}`,
    email: `${plainAscii(first)}.${plainAscii(last)}${below(90) + 10}@${pick(["example.com", "example.org", "mail.example"])}`,
    country,
    city,
    sku,
    product,
    quantity: String(quantity),
    unit_price: price.toFixed(2),
    discount_percent: String(discount),
    total: (quantity * price * (1 - discount / 100)).toFixed(2),
    newsletter: chance(0.4) ? "yes" : "no",
    shipped_on: shipped,
    note: pick(notes),
  };
}

const columns = Object.keys(order(0));
const quote = (cell) => (/[",\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const write = (row) => columns.map((column) => quote(row[column])).join(",");

/** Each fault takes a good order and gives the line as it stands in the file. */
const faults = [
  (row) => write({ ...row, email: "" }),
  (row) => write({ ...row, customer: "" }),
  (row) => write({ ...row, total: "" }),
  (row) => write({ ...row, quantity: pick(["two", "n/a", "1.5", "?"]) }),
  (row) => write({ ...row, unit_price: pick(["free", "12,9O", "TBD", "#N/A"]) }),
  (row) => write({ ...row, total: pick(["#REF!", "pending", "1..20"]) }),
  (row) => write({ ...row, email: row.email.replace("@", pick([" at ", "@@", ""])) }),
  (row) => write({ ...row, newsletter: pick(["maybe", "unknown"]) }),
  (row) => write({ ...row, ordered_on: pick(["2025-02-30", "2025-13-04", "31.04.2025", "2025-11-31"]) }),
  (row) => write({ ...row, shipped_on: pick(["2025-02-29", "00/00/0000", "32/01/2025"]) }),
  (row) => write({ ...row, ordered_on: pick(["yesterday", "Q3", "see mail"]) }),
  // Somebody forgot to quote a comma.
  (row) => write({ ...row, note: "" }).replace(/,$/, ",Fragile, handle with care, thanks"),
  // The export was cut off in the middle of a row.
  (row) =>
    write(row)
      .split(",")
      .slice(0, 6 + below(4))
      .join(","),
  // An inch sign inside quotes, and a quote that is never closed.
  (row) => write({ ...row, product: "~~" }).replace("~~", '"Monitor stand 24" wide"'),
  (row) => write({ ...row, note: "~~" }).replace("~~", '"Leave at the gate'),
];
const duplicateShare = 0.012;
const faultShare = 0.036;
const untidyShare = 0.03;

const lines = [columns.join(",")];
const written = [];
for (let i = 0; i < orders; i++) {
  const row = order(i);
  if (chance(faultShare)) {
    lines.push(pick(faults)(row));
    continue;
  }
  // Harmless: space around values and thousands separators are put right on the way in.
  if (chance(untidyShare)) row.customer = pick([` ${row.customer}`, `${row.customer}  `]);
  if (chance(untidyShare) && Number(row.total) >= 1000) row.total = row.total.replace(/(\d)(\d{3}\.)/, "$1,$2");
  lines.push(write(row));
  written.push(row);
  // The export job was started twice in some nights.
  if (chance(duplicateShare)) lines.push(write(pick(written.slice(-40))));
}

const file = new URL("../sample/orders.csv", import.meta.url);
writeFileSync(file, `${lines.join("\r\n")}\r\n`);
console.log(`${file.pathname}: ${lines.length - 1} rows`);
