import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tempProject } from "../support/server.ts";

/** A project as a user of `pawl/testing` has one: an order is charged, waits for its approval, and is sent. */
export function ordersProject(): Promise<string> {
  return tempProject({
    "wrangler.jsonc": JSON.stringify({
      name: "orders",
      main: "worker.ts",
      compatibility_date: "2026-11-01",
      vars: { SHOP: "https://shop.invalid" },
      workflows: [
        { binding: "ORDERS", name: "orders", class_name: "Orders" },
        { binding: "DICE", name: "dice", class_name: "Dice" },
      ],
    }),
    "worker.ts": WORKER,
  });
}

const WORKER = `
import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";

interface Env { SHOP: string; ORDERS: Workflow; DICE: Workflow }

export class Orders extends WorkflowEntrypoint<Env, { items: string[] }> {
  async run(event: WorkflowEvent<{ items: string[] }>, step: WorkflowStep) {
    const charged = await step.do("charge", { retries: { limit: 3, delay: "1 hour" } }, async (ctx) => {
      const response = await fetch(this.env.SHOP + "/charge?attempt=" + ctx.attempt, { method: "POST" });
      if (!response.ok) throw new Error("the shop said " + response.status);
      return response.text();
    });
    await step.sleep("cool off", "3 days");
    let approval = "nobody";
    try {
      const { payload } = await step.waitForEvent<string>("approval", { type: "approval", timeout: "7 days" });
      approval = payload;
    } catch (error) {
      approval = String(error);
    }
    const sent = [];
    for (const item of event.payload.items) {
      sent.push(await step.do("send", { retries: { limit: 0, delay: 0 } }, async () => {
        const response = await fetch(this.env.SHOP + "/send/" + item, { method: "POST" });
        return response.text();
      }));
    }
    return { charged, approval, sent };
  }
}

/** What no workflow should do: another path at every execution. */
export class Dice extends WorkflowEntrypoint<Env> {
  async run(_event: WorkflowEvent<unknown>, step: WorkflowStep) {
    const thrown = crypto.randomUUID();
    await step.do("before", async () => 1);
    const remembered = await step.do("remember", async () => thrown);
    await step.do("after", async () => 1);
    return remembered === thrown;
  }
}

export default {
  async fetch(request: Request, env: Env) {
    const instance = await env.ORDERS.create({ params: { items: ["book"] } });
    return Response.json({ id: instance.id, shop: env.SHOP });
  },
};
`;

/** Stands in for the shop: says what it was asked, so that a test sees what was really called. */
export class Shop {
  readonly asked: string[] = [];
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("request", ({ url = "" }, response) => {
      this.asked.push(url);
      response.end(`done ${url}`);
    });
  }

  static async open(): Promise<Shop> {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    return new Shop(server);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}
