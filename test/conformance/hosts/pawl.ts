import { startCli } from "../../support/server.ts";
import { APP_FOLDER, type Host } from "./host.ts";

/** Our engine, started as a user starts it. */
export async function startPawl(): Promise<Host> {
  const [now, old] = await Promise.all([startCli(APP_FOLDER), startCli(APP_FOLDER, { args: ["--env", "old"] })]);
  return {
    name: "pawl",
    urls: { now: now.url, old: old.url },
    stop: async () => {
      await Promise.all([now.stop(), old.stop()]);
    },
  };
}
