import { describe, expect, test } from "vitest";
import { assetsServiceConfig, hasHashedName, withImmutableRules } from "./asset-rules.ts";

describe("a file is named after its contents", () => {
  test.each([
    "assets/index-BsYx0f3a.js",
    "assets/index-BsYx0f3a.js.map",
    "assets/style-C_d-0Fq9.css",
    "assets/logo-DxQkBZab.svg",
    "chunk-7KQ2XUSO.js",
    "app.3f2a9c1d.css",
    "main.8e0d62a03f1f2cd7b5f1.js",
    "fonts/inter-latin-wght-normal-Dx4kXJAl.woff2",
  ])("%s", (path) => expect(hasHashedName(path)).toBe(true));

  test.each([
    "index.html",
    "page-BsYx0f3a.html",
    "cover-original.png",
    "photo-version2.png",
    "report-20240131.pdf",
    "report.2024-01-31.pdf",
    "robots.txt",
    "jquery.min.js",
    "logo-GERMANY1.png",
    "my-document.final.pdf",
    "data-export_2024.csv",
    "screenshot-2024-01-31.png",
  ])("not %s", (path) => expect(hasHashedName(path)).toBe(false));
});

describe("rules for the browser's cache", () => {
  test("follow the project's own rules", () => {
    const text = withImmutableRules({ hashedFiles: ["assets/a-BsYx0f3a.js"], headers: "/*\n  X-A: 1" });
    expect(text).toBe(
      "/*\n  X-A: 1\n\n/assets/a-BsYx0f3a.js\n  ! Cache-Control\n  Cache-Control: public, max-age=31536000, immutable\n",
    );
  });

  test("are left to a project that sets Cache-Control itself", () => {
    const headers = "/assets/*\n  cache-control: no-store\n";
    expect(withImmutableRules({ hashedFiles: ["assets/a-BsYx0f3a.js"], headers })).toBe(headers);
  });

  test("stay within what workerd reads, the largest files first", () => {
    const hashedFiles = Array.from({ length: 300 }, (_, index) => `a-BsYx0f${100 + index}.js`);
    const text = withImmutableRules({ hashedFiles, headers: "# comment\n/one\n  X-A: 1\n/two\n  X-A: 2\n" }) ?? "";
    const rules = text.split("\n").filter((line) => line.startsWith("/"));
    expect(rules).toHaveLength(100);
    expect(rules.slice(0, 3)).toEqual(["/one", "/two", "/a-BsYx0f100.js"]);
  });

  test("pass over names that mean something else in a rule", () => {
    expect(withImmutableRules({ hashedFiles: ["a b-BsYx0f3a.js", "x:y-BsYx0f3a.js"] })).toBeUndefined();
  });
});

test("a project's ignore list is kept, and secrets are never files", () => {
  const config: unknown = JSON.parse(
    assetsServiceConfig(
      { directory: "/x", notFoundHandling: "none", htmlHandling: "none", runWorkerFirst: false },
      { hashedFiles: [], ignore: "*.psd\n" },
    ),
  );
  expect(config).toMatchObject({ html_handling: "none", run_worker_first: false });
  expect(config).toHaveProperty("ignore", expect.stringMatching(/^\*\.psd\n[^]*^\.env$[^]*^\.dev\.vars\.\*$/m));
});
