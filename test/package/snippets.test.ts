import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { REPOSITORY } from "../support/repository.ts";
import { tempProject } from "../support/server.ts";

// Everything in the guides that is TypeScript has right types: whole programs as they stand, and pieces of programs with
// what the text around them takes for granted.

const run = promisify(execFile);

const AGENTS = ["progress", "approval", "scheduled-check", "bounded-results", "errors"];
const GIVEN_TO_AGENTS = `
import type { Connection, ConnectionContext } from "agents";
import type { Action, Client, RunView } from "pawl/agent";
declare const agent: { send(text: string): void };
declare const run: RunView;
declare const next: number;
`;
const GIVEN_TO_ROUTES = `
import { routeAgentRequest } from "agents";
declare const request: Request;
declare const env: Cloudflare.Env;
declare function isValid(token: string | null): Promise<boolean>;
`;
const GIVEN_TO_PAGES = `
import { useAgent } from "agents/react";
import type { WorkflowState } from "pawl/agent";
import { describeRun, useWorkflow, useWorkflowRun, WorkflowProvider } from "pawl/react";
declare const state: WorkflowState;
declare function setState(state: WorkflowState): void;
declare const team: string;
declare const user: { id: string };
declare function Imports(): null;
interface Import { params: { rows: number }; result: { row: number; isGood: boolean } }
const { results } = useWorkflow<Import>({ agent: "ImportAgent" });
`;

async function blocks(path: string, language: string): Promise<string[]> {
  const text = await readFile(join(REPOSITORY, path), "utf8");
  const found = [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))];
  return found.map(([, block]) => block ?? "");
}

/** Pieces have names of their own, each in a function. */
function inFunctions(pieces: readonly string[]): string {
  return pieces.map((piece, n) => `export async function piece${n}(): Promise<void> {\n${piece}\n}`).join("\n");
}

/** What the compiler has to say. */
async function complaints(files: Record<string, string>, lib: string[], types: string[]): Promise<string> {
  const compilerOptions = {
    target: "es2024",
    lib,
    types,
    module: "esnext",
    moduleResolution: "bundler",
    jsx: "react-jsx",
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
  };
  const tsconfig = JSON.stringify({ compilerOptions, include: ["*.ts", "*.tsx"] });
  const project = await tempProject({ ...files, "tsconfig.json": tsconfig });
  const { stdout } = await run(join(REPOSITORY, "node_modules/.bin/tsc"), ["-p", project]).catch(
    (error: { stdout: string }) => error,
  );
  return stdout;
}

test("what runs in a Worker", async () => {
  const files: Record<string, string> = {};
  for (const guide of AGENTS) {
    const [program = "", ...pieces] = await blocks(`docs/guides/${guide}.md`, "ts");
    files[`${guide}.ts`] = `${GIVEN_TO_AGENTS}${program}${inFunctions(pieces)}`;
  }
  const [react = "", ...routes] = await blocks("docs/guides/react.md", "ts");
  files["react.ts"] = react;
  files["routes.ts"] = `${GIVEN_TO_ROUTES}${inFunctions(routes)}`;
  for (const [name, path] of Object.entries({ "readme.ts": "README.md", "orders.ts": "docs/guides/testing.md" })) {
    [files[name] = ""] = await blocks(path, "ts");
  }
  expect(await complaints(files, ["es2024"], ["@cloudflare/workers-types"])).toBe("");
});

test("what runs in a page", async () => {
  const [program = "", ...pieces] = await blocks("docs/guides/react.md", "tsx");
  const others = await blocks("docs/guides/progress.md", "tsx");
  const files = { "page.tsx": program, "pieces.tsx": `${GIVEN_TO_PAGES}${inFunctions([...pieces, ...others])}` };
  expect(await complaints(files, ["es2024", "dom", "dom.iterable"], [])).toBe("");
});
