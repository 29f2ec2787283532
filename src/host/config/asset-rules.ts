import type { AssetsConfig } from "../../compiler/index.ts";

/** What a project's assets folder holds, as far as its rules need it. */
export interface AssetListing {
  /** Files whose name carries a hash of their contents, largest first: relative paths with forward slashes. */
  readonly hashedFiles: readonly string[];
  /** Text of `_headers`, `_redirects` and `.assetsignore`, where there are such files. */
  readonly headers?: string;
  readonly redirects?: string;
  readonly ignore?: string;
}

/** workerd stops reading `_headers` after this many rules, as Cloudflare does. */
const MAX_HEADER_RULES = 100;

/**
 * Never served, wherever the assets folder is: a project that names its own root as the folder must not hand out
 * its secrets or its database.
 */
const NEVER_SERVED = [".env", ".env.*", ".dev.vars", ".dev.vars.*", ".git", ".pawl", ".wrangler", "node_modules"];

/** The JSON that workerd's assets service takes for this project. */
export function assetsServiceConfig(assets: AssetsConfig, listing: AssetListing): string {
  return JSON.stringify({
    html_handling: assets.htmlHandling,
    not_found_handling: assets.notFoundHandling,
    run_worker_first: assets.runWorkerFirst,
    headers: withImmutableRules(listing),
    redirects: listing.redirects,
    ignore: [listing.ignore ?? "", ...NEVER_SERVED].join("\n"),
  });
}

/**
 * The project's `_headers`, and after it one rule for each file that is named after its contents, so that browsers
 * keep it for a year instead of asking each time. A rule for a whole folder would be shorter, but it also applies to
 * the page that a single-page application answers for a file that is not there (yet), and would keep that for a year.
 *
 * A project that sets `Cache-Control` itself, anywhere, is left alone: two rules for one file would both apply.
 */
export function withImmutableRules(listing: AssetListing): string | undefined {
  const own = listing.headers;
  if (own !== undefined && /^\s+(?:!\s*)?cache-control\b/im.test(own)) return own;
  const room = Math.max(0, MAX_HEADER_RULES - countRules(own ?? ""));
  const rules = listing.hashedFiles
    .filter(isPlainPath)
    .slice(0, room)
    .map((file) => `/${file}\n  ! Cache-Control\n  Cache-Control: public, max-age=31536000, immutable`);
  const parts = own === undefined ? rules : [own, ...rules];
  return parts.length === 0 ? undefined : `${parts.join("\n\n")}\n`;
}

function countRules(headers: string): number {
  return headers.split("\n").filter((line) => /^[^\s#]/.test(line)).length;
}

/** `_headers` gives `:name`, `*` and blanks a meaning of their own. */
function isPlainPath(path: string): boolean {
  return /^[\w./~@+-]+$/.test(path);
}

/**
 * Whether a file is named after its contents, as bundlers do it: `index-BsYx0f3a.js` (Vite), `app.3f2a9c1d.css`
 * (webpack), `chunk-7KQ2XUSO.js` (esbuild). A year in the cache is a lot to pay for a wrong guess, so words
 * (`cover-original.png`), words with a number (`photo-version2.png`) and dates do not count, nor do pages.
 */
export function hasHashedName(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (/\.html?$/i.test(name)) return false;
  const match = /[-.]([A-Za-z0-9_-]{8,64})(?:\.[A-Za-z0-9]+)+$/.exec(name);
  if (match?.[1] === undefined) return false;
  // Vite's hash is eight characters of base64url, so "-" and "_" may be part of it.
  const tail = match[1];
  const hash = /[-_]/.test(tail) ? tail.slice(-8) : tail;
  if (hash.split(/[-_]/).every((part) => /^(?:[A-Z]?[a-z]*|[A-Z]*)\d*$/.test(part))) return false;
  return /\d/.test(hash) || /[a-z][A-Z]|[A-Z]{2}[a-z]/.test(hash);
}
