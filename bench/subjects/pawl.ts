import { RunningServer } from "../../test/support/running-server.ts";
import { newFolder, removeFolder } from "../driver/folders.ts";
import type { Running, Subject } from "./subject.ts";
import { versionIn } from "./versions.ts";
import { APP_FOLDER, WORKER_OPERATIONS } from "./worker-app.ts";

/** Pawl as a user starts it: the built command line, with its defaults. */
export const pawl: Subject = {
  name: "pawl",
  operations: [...WORKER_OPERATIONS, "pause", "resume"],
  slow: false,
  async facts() {
    const version = `${await versionIn(".")} on workerd ${await versionIn("node_modules/workerd")}`;
    const durability = "SQLite of Durable Objects: every commit is synced; what a run sends waits for it (output gate)";
    return { name: "pawl", title: "Pawl", version, durability };
  },
  async start(): Promise<Running> {
    const folder = await newFolder("pawl");
    const server = new RunningServer(APP_FOLDER, folder, {});
    await server.restart();
    return {
      url: server.url.replace(/\/$/, ""),
      pids: async () => [await server.workerdPid()],
      async stop() {
        const code = await server.stop();
        await removeFolder(folder);
        if (code !== 0 && code !== 130)
          throw new Error(`pawl start ended with ${code}:\n${server.output().slice(-4000)}`);
      },
    };
  },
};
