import { expect, test } from "vitest";
import { disabledModules, nodeCompatMode, nodeModuleName, withNodeFlags } from "./node-compat.ts";

test.each([
  ["fs", "fs"],
  ["node:fs", "fs"],
  ["fs/promises", "fs/promises"],
  ["node:sqlite", "sqlite"],
  // Node has these with the prefix only.
  ["sqlite", undefined],
  ["test", undefined],
  ["hono", undefined],
  ["./fs", undefined],
])("the module of Node that %s means is %s", (specifier, name) => {
  expect(nodeModuleName(specifier)).toBe(name);
});

test.each([
  ["2025-01-08", ["nodejs_compat"], "full"],
  ["2025-01-08", ["nodejs_compat_v2"], "full"],
  ["2025-01-08", ["nodejs_als"], "async-hooks"],
  ["2025-01-08", [], "none"],
  ["2026-08-03", [], "none"],
  ["2026-08-04", [], "full"],
  ["2026-08-04", ["no_nodejs_compat"], "none"],
])("at %s with %j the modules of Node are %s", (date, flags, mode) => {
  expect(nodeCompatMode(date, flags)).toBe(mode);
});

test.each<[string, string[], string[], string[]]>([
  ["2025-01-08", ["nodejs_compat"], ["path", "os"], ["nodejs_compat", "enable_nodejs_os_module"]],
  ["2025-09-14", ["nodejs_compat"], ["os"], ["nodejs_compat", "enable_nodejs_os_module"]],
  ["2025-09-15", ["nodejs_compat"], ["os"], ["nodejs_compat"]],
  ["2025-01-08", ["nodejs_compat"], ["fs", "fs/promises"], ["nodejs_compat", "enable_nodejs_fs_module"]],
  [
    "2025-08-20",
    ["nodejs_compat"],
    ["https"],
    ["nodejs_compat", "enable_nodejs_http_modules", "enable_nodejs_http_server_modules"],
  ],
  ["2026-08-04", ["nodejs_compat", "other"], ["os"], ["other"]],
  ["2025-01-08", ["nodejs_compat", "disable_nodejs_os_module"], ["os"], ["nodejs_compat", "disable_nodejs_os_module"]],
])("at %s with %j an import of %j makes the flags %j", (date, flags, modules, expected) => {
  expect(withNodeFlags(date, flags, modules)).toEqual(expected);
});

test("an imported module that the project switches off is found", () => {
  expect(disabledModules(["nodejs_compat", "disable_nodejs_os_module"], ["path", "os"])).toEqual(["os"]);
});
