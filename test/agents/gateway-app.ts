import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll } from "vitest";
import { type RunningServer, startCli } from "../support/server.ts";
import { GatewayClient } from "./gateway-client.ts";

const PROJECT = fileURLToPath(new URL("../fixtures/gateway-app", import.meta.url));

export interface GatewayApp {
  readonly server: RunningServer;
  /**
   * Connects to an agent of the class `Office`, or to another one. The connection is closed at the end of the test.
   *
   * @param query without `?`
   */
  connect(name: string, query?: string, agent?: string): Promise<GatewayClient>;
}

/** Serves the application for the tests of one file. */
export function gatewayApp(): GatewayApp {
  let server: RunningServer | undefined;
  const clients: GatewayClient[] = [];
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
    async connect(name, query = "", agent = "office") {
      const client = await GatewayClient.connect(this.server.url, `${agent}/${name}?${query}`);
      clients.push(client);
      return client;
    },
  };
}
