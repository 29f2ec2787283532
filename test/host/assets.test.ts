import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningServer, startCli, tempProject } from "../support/server.ts";

const WORKER = `
interface Env { readonly ASSETS: Fetcher }

export default {
  fetch(request: Request, env: Env): Response | Promise<Response> {
    const url = new URL(request.url);
    if (url.pathname === "/api/logo") return env.ASSETS.fetch(new URL("/logo.svg", url));
    return new Response("worker " + url.pathname);
  },
} satisfies ExportedHandler<Env>;
`;

const FILES = {
  "src/index.ts": WORKER,
  "public/index.html": "<h1>home</h1>",
  "public/about.html": "<h1>about</h1>",
  "public/docs/index.html": "<h1>docs</h1>",
  "public/logo.svg": "<svg/>",
  "public/assets/index-BsYx0f3a.js": "console.log(1);",
  "public/assets/cover-original.png": "png",
  "public/.env": "KEY=secret",
  "public/_headers": "/logo.svg\n  X-Robots-Tag: noindex\n",
  "public/_redirects": "/old /about 301\n",
};

function config(assets: object): string {
  return JSON.stringify({
    name: "site",
    main: "src/index.ts",
    compatibility_date: "2026-06-11",
    assets: { directory: "./public", binding: "ASSETS", ...assets },
  });
}

let app: RunningServer;
let site: RunningServer;
beforeAll(async () => {
  [app, site] = await Promise.all([
    tempProject({
      ...FILES,
      "wrangler.jsonc": config({ not_found_handling: "single-page-application", run_worker_first: ["/api/*"] }),
    }).then((project) => startCli(project)),
    tempProject({ ...FILES, "wrangler.jsonc": config({}) }).then((project) => startCli(project)),
  ]);
});
afterAll(() => Promise.all([app.stop(), site.stop()]));

function get(server: RunningServer, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(server.url + path, { headers, redirect: "manual" });
}

describe("files", () => {
  test.each([
    ["/", 200, "text/html; charset=utf-8"],
    ["/about", 200, "text/html; charset=utf-8"],
    ["/docs/", 200, "text/html; charset=utf-8"],
    ["/logo.svg", 200, "image/svg+xml"],
    ["/assets/index-BsYx0f3a.js", 200, "text/javascript; charset=utf-8"],
    ["/assets/cover-original.png", 200, "image/png"],
  ])("%s is answered with %i and %s", async (path, status, type) => {
    const response = await get(app, path);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe(type);
  });

  test.each([
    ["/about.html", 307, "/about"],
    ["/docs", 307, "/docs/"],
    ["/old", 301, "/about"],
  ])("%s leads with %i to %s", async (path, status, location) => {
    const response = await get(app, path);
    expect(response.status).toBe(status);
    expect(response.headers.get("location")).toBe(location);
  });

  test("a file that has not changed is not sent again", async () => {
    const first = await get(app, "/logo.svg");
    const etag = first.headers.get("etag") ?? "none";
    const second = await get(app, "/logo.svg", { "if-none-match": etag });
    expect(second.status).toBe(304);
    expect(await second.text()).toBe("");
  });

  test("HEAD gives the headers alone", async () => {
    const response = await fetch(`${app.url}/logo.svg`, { method: "HEAD" });
    expect(response.headers.get("content-length")).toBe("6");
    expect(await response.text()).toBe("");
  });

  test("the project's _headers apply", async () => {
    expect((await get(app, "/logo.svg")).headers.get("x-robots-tag")).toBe("noindex");
  });
});

describe("caching", () => {
  test("a file named after its contents is kept for a year", async () => {
    const response = await get(app, "/assets/index-BsYx0f3a.js");
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  });

  test.each(["/", "/logo.svg", "/assets/cover-original.png"])("%s is asked for again each time", async (path) => {
    expect((await get(app, path)).headers.get("cache-control")).toBe("public, max-age=0, must-revalidate");
  });

  test("a hashed file that is not there (yet) does not leave the page in the cache", async () => {
    const response = await get(app, "/assets/index-CzQw81_x.js", { "sec-fetch-mode": "navigate" });
    expect(await response.text()).toBe("<h1>home</h1>");
    expect(response.headers.get("cache-control")).toBe("public, max-age=0, must-revalidate");
  });
});

describe("who answers", () => {
  test.each([
    ["a path of a single-page application", "/somewhere", "<h1>home</h1>"],
    ["a worker-first path", "/api/x", "worker /api/x"],
    ["a file that the Worker takes from its binding", "/api/logo", "<svg/>"],
    ["secrets in the folder are no files", "/.env", "<h1>home</h1>"],
    ["rules in the folder are no files", "/_headers", "<h1>home</h1>"],
  ])("%s", async (_, path, body) => {
    expect(await (await get(app, path)).text()).toBe(body);
  });

  test("without a fallback, the Worker answers what no file does", async () => {
    expect(await (await get(site, "/somewhere")).text()).toBe("worker /somewhere");
    expect(await (await get(site, "/.env")).text()).toBe("worker /.env");
    expect(await (await get(site, "/logo.svg")).text()).toBe("<svg/>");
  });
});
