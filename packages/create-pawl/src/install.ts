import { spawn } from "node:child_process";

/** The package manager that this was started with. */
export function packageManager(userAgent = process.env["npm_config_user_agent"] ?? ""): string {
  const name = /^(\w+)\//.exec(userAgent)?.[1] ?? "npm";
  return ["npm", "pnpm", "yarn", "bun"].includes(name) ? name : "npm";
}

/** Runs `<manager> install` in a folder, its output on the terminal. Resolves to whether that has worked. */
export function install(manager: string, folder: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(manager, ["install"], { cwd: folder, stdio: "inherit", shell: process.platform === "win32" });
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}
