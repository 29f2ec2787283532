import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryDirectory } from "../support/server.ts";

const MAIN = fileURLToPath(new URL("../fixtures/policy-app/main.ts", import.meta.url));

export interface Policy {
  readonly witness: string;
  readonly laterMs?: number;
  readonly limit?: number;
  readonly schedules?: readonly string[];
}

/** A project of `test/fixtures/policy-app` with a configuration that can be changed between two starts. */
export class PolicyProject {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(policy: Policy): Promise<PolicyProject> {
    const project = new PolicyProject(await temporaryDirectory("policy"));
    await project.configure(policy);
    return project;
  }

  async configure({ witness, laterMs = 0, limit, schedules }: Policy): Promise<void> {
    const config = {
      name: "policy-app",
      main: MAIN,
      compatibility_date: "2026-11-01",
      vars: { WITNESS: witness, LATER_MS: laterMs },
      workflows: [
        { binding: "LIMITED", name: "limited", class_name: "Limited", ...(limit && { concurrency: { limit } }) },
        { binding: "FREE", name: "free", class_name: "Free" },
        { binding: "POISON", name: "poison", class_name: "Poison" },
        { binding: "TIMED", name: "timed", class_name: "Timed", ...(schedules && { schedules }) },
        {
          binding: "KEPT",
          name: "kept",
          class_name: "Kept",
          default_retention: { success_retention: "1 second", error_retention: "20 minutes" },
        },
      ],
    };
    await writeFile(join(this.path, "wrangler.json"), JSON.stringify(config));
  }
}
