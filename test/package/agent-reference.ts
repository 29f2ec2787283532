import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { REPOSITORY } from "../support/repository.ts";

/** One exported name with its declaration as text. */
interface Declaration {
  readonly name: string;
  readonly doc: string;
  readonly code: string;
}

const ROOM = join(REPOSITORY, "dist", "agent");

/** Sections of the page: what belongs together, in the order of reading. */
const SECTIONS: readonly (readonly [string, readonly string[]])[] = [
  ["The agent", ["WorkflowAgent", "StartOptions", "Client", "Action"]],
  ["The workflow", ["DurableWorkflow"]],
  ["The state", ["WorkflowState", "CurrentRun", "RunView", "RunStatus", "Wait", "initialWorkflowState"]],
  [
    "What clients send",
    [
      "ClientMessage",
      "ClientRequest",
      "RunRequest",
      "StartMessage",
      "ApproveMessage",
      "RejectMessage",
      "SendEventMessage",
      "RunsMessage",
      "ResultsMessage",
    ],
  ],
  ["What the agent answers", ["AgentResponse", "ErrorCode", "RunsPage", "RunSummary", "ResultsPage"]],
  ["What is new instead of a whole state", ["DELTAS_QUERY", "StateDelta", "RunChange", "applyDelta"]],
];

const INTRODUCTION = `# Reference of \`pawl/agent\`

What \`import … from "pawl/agent"\` gives a Worker. \`agents\` must be installed beside it, and \`nodejs_compat\` is among the
compatibility flags, as the Agents SDK asks for anyway. It needs nothing of Pawl's engine: the same code runs on Cloudflare.

Guides: [progress](../guides/progress.md), [approval](../guides/approval.md), [bounded results](../guides/bounded-results.md),
[scheduled check](../guides/scheduled-check.md), [errors](../guides/errors.md).

<!-- Made from the comments in src/agent by test/package/agent-reference.ts. -->
`;

const OVER_HTTP = `Paths begin where the agent is reached, for example \`/agents/import-agent/<name>\`. \`start\` is answered with
\`{ success, instanceId, state }\`, the state with \`{ state }\`, a command with \`{ success: true }\` and everything else with
the fields of the message that would answer it. What cannot be done is answered with \`{ error: { code, message } }\` and a
status of 400 to 500; the codes are those of \`ErrorCode\`.
`;

/** The page, made from the declarations of the built package and the comments in them. @throws when a name has no place */
export async function agentReference(): Promise<string> {
  const declarations = await declarationsOf("index.d.ts");
  const placed = new Set(SECTIONS.flatMap(([, names]) => names));
  const missing = [...declarations.keys()].filter((name) => !placed.has(name));
  if (missing.length > 0) throw new Error(`${missing.join(", ")}: exported, and in no section of the reference`);
  const routes = await readFile(join(ROOM, "clients", "routes.d.ts"), "utf8");
  const overHttp = `## Over HTTP\n\n${declarationIn(routes, "routeOf").doc.replace(/\n+- throws [^\n]*/, "")}\n\n${OVER_HTTP}`;
  const sections = SECTIONS.map(([title, names]) => {
    const entries = names.map((name) => {
      const declaration = declarations.get(name);
      if (declaration === undefined) throw new Error(`${name} is in the reference and is not exported`);
      return entryOf(declaration);
    });
    return `## ${title}\n\n${entries.join("\n")}`;
  });
  return `${INTRODUCTION}\n${[...sections, overHttp].join("\n")}`;
}

/** Everything that an entry file exports, by name. */
async function declarationsOf(entry: string): Promise<Map<string, Declaration>> {
  const found = new Map<string, Declaration>();
  const text = await readFile(join(ROOM, entry), "utf8");
  for (const [, names = "", file = ""] of text.matchAll(/export (?:type )?\{([^}]*)\} from "([^"]+)"/g)) {
    const path = join(ROOM, dirname(entry), file.replace(/\.(?:ts|js)$/, ".d.ts"));
    const source = await readFile(path, "utf8");
    for (const name of names.split(",").map((each) => each.replace(/\btype\b/, "").trim())) {
      if (name !== "") found.set(name, declarationIn(source, name));
    }
  }
  return found;
}

/** A declaration and the comment before it. */
function declarationIn(source: string, name: string): Declaration {
  const start = new RegExp(
    `^export (?:declare )?(?:abstract )?(?:class|interface|type|function|const) ${name}\\b`,
    "m",
  );
  const at = source.search(start);
  if (at < 0) throw new Error(`${name} is not declared where it is exported from`);
  const doc = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(source.slice(0, at))?.[1] ?? "";
  return { name, doc: textOf(doc), code: codeOf(source.slice(at, endOf(source, at))) };
}

/** Where a declaration ends: with its last brace, or with its semicolon where braces are only part of it. */
function endOf(source: string, from: number): number {
  const hasBody = /^export (?:declare )?(?:abstract )?(?:class|interface)/.test(source.slice(from));
  let depth = 0;
  for (let at = from; at < source.length; at++) {
    // Comments may have braces and semicolons that are none.
    if (source.startsWith("/*", at)) at = source.indexOf("*/", at) + 1;
    else if (source.startsWith("//", at)) at = source.indexOf("\n", at);
    const sign = source[at];
    if (sign === "{" || sign === "(") depth++;
    else if (sign === "}" || sign === ")") {
      depth--;
      if (hasBody && depth === 0 && sign === "}") return at + 1;
    } else if (sign === ";" && depth === 0) return at + 1;
  }
  return source.length;
}

function entryOf({ name, doc, code }: Declaration): string {
  return `### \`${name}\`\n\n${doc === "" ? "" : `${doc}\n\n`}\`\`\`ts\n${code}\n\`\`\`\n`;
}

/** A comment's text as Markdown: links to names become the names, parameters and errors a list. */
function textOf(comment: string): string {
  const text = comment
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .join("\n")
    .trim();
  return text
    .replace(/\{@link ([\w.]+)\}/g, "`$1`")
    .replace(/^@param _?(\w+) /gm, "- `$1`: ")
    .replace(/^@returns? /gm, "- returns ")
    .replace(/^@throws /gm, "- throws ");
}

/** A declaration as a reader wants it: without what is private or internal, and with the indentation of this repository. */
function codeOf(declaration: string): string {
  return declaration
    .replace(/^export (?:declare )?/, "")
    .replace(/^ *#private;\n/gm, "")
    .replace(/^ *\/\*\*(?:(?!\*\/)[\s\S])*@internal(?:(?!\*\/)[\s\S])*\*\/\n[^\n]*\n/gm, "")
    .replace(/^ *(?:private|protected) [^\n]*\n/gm, "")
    .replace(/([(,] ?)_(\w+)(\??:)/g, "$1$2$3")
    .replace(/@param _(\w+)/g, "@param $1")
    .replace(/^(?: {4})+/gm, (indentation) => " ".repeat(indentation.length / 2));
}
