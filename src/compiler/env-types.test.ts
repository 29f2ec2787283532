import { join } from "node:path";
import { expect, test } from "vitest";
import { envTypes } from "./env-types.ts";
import { projectFolder, wranglerJson } from "./project-folder.test-support.ts";
import { readProject } from "./read-project.ts";

test("every binding has a type: classes by their import, variables by their kind, secrets as text", async () => {
  const folder = projectFolder({
    "workers/app.ts": "export default {};",
    "public/index.html": "",
    ".dev.vars": "TOKEN=hush\n",
    "wrangler.jsonc": wranglerJson({
      main: "workers/app.ts",
      durable_objects: {
        bindings: [
          { name: "BOX", class_name: "Box" },
          { name: "OTHER_BOX", class_name: "Box" },
        ],
      },
      migrations: [{ tag: "v1", new_sqlite_classes: ["Box"] }],
      workflows: [{ binding: "FLOW", name: "flow", class_name: "Flow" }],
      assets: { directory: "public", binding: "ASSETS" },
      vars: { COLOUR: "red", COUNT: 3, ON: true, NOTHING: null, "odd-name": [1, "a"], PLACE: { at: [1, 2], by: {} } },
    }),
  });
  const text = envTypes(await readProject(folder), join(folder, "worker-configuration.d.ts"));
  expect(text).toBe(`// Written by \`pawl types\` from the configuration. Run it again when the bindings have changed.
declare namespace Cloudflare {
  interface GlobalProps {
    mainModule: typeof import("./workers/app");
    durableNamespaces: "Box";
  }
  interface Env {
    BOX: DurableObjectNamespace<import("./workers/app").Box>;
    OTHER_BOX: DurableObjectNamespace<import("./workers/app").Box>;
    FLOW: Workflow<Parameters<import("./workers/app").Flow["run"]>[0]["payload"]>;
    COLOUR: string;
    COUNT: number;
    ON: boolean;
    NOTHING: null;
    "odd-name": (number | string)[];
    PLACE: { at: number[]; by: Record<string, never> };
    TOKEN: string;
    ASSETS: Fetcher;
  }
}
interface Env extends Cloudflare.Env {}
`);
});

test("imports start where the file is going to be", async () => {
  const folder = projectFolder({
    "main.mts": "export default {};",
    "wrangler.jsonc": wranglerJson({ main: "main.mts" }),
  });
  const text = envTypes(await readProject(folder), join(folder, "types/env.d.ts"));
  expect(text).toContain('mainModule: typeof import("../main");');
  expect(text).not.toContain("durableNamespaces");
});
