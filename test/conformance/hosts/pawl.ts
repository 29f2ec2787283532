import { startCli } from "../../support/server.ts";
import { APP_FOLDER, type Host, hostOf } from "./host.ts";

/** Our engine, started as a user starts it. */
export async function startPawl(): Promise<Host> {
  return hostOf("pawl", async (profile) => {
    const server = await startCli(APP_FOLDER, { args: profile === "now" ? [] : ["--env", profile] });
    return { url: server.url, stop: async () => void (await server.stop()) };
  });
}
