import picocolors from "picocolors";
import { expect, test } from "vitest";
import type { Project } from "../../compiler/index.ts";
import { banner, exposureWarning } from "./banner.ts";

const PROJECT: Project = {
  root: "/app",
  configPath: "/app/wrangler.jsonc",
  name: "shop",
  main: "/app/index.ts",
  compatibilityDate: "2026-06-11",
  compatibilityFlags: [],
  durableObjects: [
    { binding: "CART", className: "Cart" },
    { binding: "CARTS", className: "Cart" },
  ],
  sqliteClasses: [],
  workflows: [{ binding: "PAY", name: "payment", className: "Pay" }],
  vars: {},
  secretNames: [],
  sources: [],
  notes: [
    { file: "/app/wrangler.jsonc", line: 1, column: 1, key: "", text: "is the configuration; wrangler.toml is not" },
    {
      file: "/app/wrangler.jsonc",
      line: 7,
      column: 3,
      key: "account_id",
      text: "nothing is deployed to an account",
    },
  ],
};

test("the start block says where, what runs, and which keys change nothing here", () => {
  const server = { url: "http://127.0.0.1:8787", dataDirectory: "/app/.pawl", project: PROJECT, startedInMs: 199.6 };
  expect(banner(server, picocolors.createColors(false))).toBe(`
  shop ready in 200 ms

  URL                         http://127.0.0.1:8787
  Data                        /app/.pawl
  Agents and Durable Objects  Cart
  Workflows                   payment (Pay)

  /app/wrangler.jsonc is the configuration; wrangler.toml is not
  /app/wrangler.jsonc:7:3 account_id: nothing is deployed to an account

`);
});

test.each(["127.0.0.1", "127.0.0.2", "localhost", "::1", "[::1]"])("%s is this machine alone", (host) => {
  expect(exposureWarning(host)).toBeUndefined();
});

test.each(["0.0.0.0", "::", "192.168.1.5", "*", "1270.example"])("%s is warned about", (host) => {
  expect(exposureWarning(host)).toContain(`Listening on ${host}: everybody who can reach this machine`);
});
