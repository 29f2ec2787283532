import { readFile } from "node:fs/promises";
import { basename, relative, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { HELP, readArguments } from "./arguments.ts";
import { CreateError } from "./create-error.ts";
import { install, packageManager } from "./install.ts";
import { projectName } from "./project-name.ts";
import type { Template } from "./templates.ts";
import { pawlSpec, writeProject } from "./write-project.ts";

export interface Surroundings {
  readonly cwd: string;
  /** Somebody sits there who can be asked. */
  readonly isInteractive: boolean;
  readonly say: (text: string) => void;
  readonly complain: (text: string) => void;
}

/** Does what a command line says. Resolves to the exit code: 0, 1 for what went wrong, 2 for a wrong command line. */
export async function run(argv: readonly string[], around: Surroundings): Promise<number> {
  try {
    await create(argv, around);
    return 0;
  } catch (error) {
    if (!(error instanceof CreateError)) throw error;
    around.complain(error.message);
    if (error.code === "usage") around.complain("See --help.");
    return error.code === "usage" ? 2 : 1;
  }
}

async function create(argv: readonly string[], around: Surroundings): Promise<void> {
  const args = readArguments(argv);
  const version = await ownVersion();
  if (args.help) return around.say(HELP);
  if (args.version) return around.say(version);

  const folder = resolve(around.cwd, args.directory ?? (await askForFolder(around)));
  const pawl = await pawlSpec(args.pawl, version, around.cwd);
  await writeProject({ folder, name: projectName(basename(folder)), template: args.template, pawl });
  const shown = relative(around.cwd, folder) || ".";
  around.say(`Made ${shown} from the template "${args.template}".`);

  const manager = packageManager();
  if (args.install) {
    around.say(`Installing with ${manager} …`);
    if (!(await install(manager, folder))) {
      throw new CreateError(
        "install_failed",
        `${manager} could not install everything; see above. The files are there: run "${manager} install" in ${shown} again.`,
      );
    }
  }
  around.say(nextSteps(shown, args.template, manager, args.install));
}

async function askForFolder({ isInteractive }: Surroundings): Promise<string> {
  if (!isInteractive) {
    throw new CreateError("usage", "Say which folder to make, for example: npm create pawl@latest my-app");
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = (await terminal.question("Folder of the new project (my-app): ")).trim();
    return answer === "" ? "my-app" : answer;
  } finally {
    terminal.close();
  }
}

const CHANGE_FIRST: Record<Template, string> = {
  starter: "workers/agents/DurableWorkflow.ts has the agent and the workflow; the README says what to change first.",
  "csv-import": "The README says how it works and what lives where.",
};

function nextSteps(folder: string, template: Template, manager: string, isInstalled: boolean): string {
  const steps = [
    ...(folder === "." ? [] : [`cd ${/[^\w./-]/.test(folder) ? JSON.stringify(folder) : folder}`]),
    ...(isInstalled ? [] : [`${manager} install`]),
    `${manager} run dev`,
  ];
  return ["", "Next:", "", ...steps.map((step) => `  ${step}`), "", CHANGE_FIRST[template]].join("\n");
}

async function ownVersion(): Promise<string> {
  const text = await readFile(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
