import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll } from "vitest";
import { type RunningServer, startCli } from "../support/server.ts";
import { OfficeClient, type Origin } from "./sdk-client.ts";

const PROJECT = fileURLToPath(new URL("../fixtures/agents-sdk-app", import.meta.url));

export interface Application {
  readonly server: RunningServer;
  /** Connects to an agent. The connection is closed at the end of the test. */
  connect(name: string, origin: Origin): Promise<OfficeClient>;
}

/** Serves the application on the Agents SDK for the tests of one file. */
export function application(): Application {
  let server: RunningServer | undefined;
  const clients: OfficeClient[] = [];
  beforeAll(async () => {
    server = await startCli(PROJECT);
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });
  afterAll(async () => {
    await server?.stop();
  });
  return {
    get server() {
      if (server === undefined) throw new Error("The server has not been started yet.");
      return server;
    },
    async connect(name, origin) {
      const client = await OfficeClient.connect(this.server.url, name, origin);
      clients.push(client);
      return client;
    },
  };
}
