import type { Served } from "../../support/cloudflare/application.ts";
import { serveOnWorkerd } from "../../support/cloudflare/workerd.ts";
import { temporaryDirectory } from "../../support/server.ts";
import { application, DATES, type Host } from "./host.ts";

/** Cloudflare's engine as workerd brings it: the newest there is to compare with. */
export async function startWorkerd(): Promise<Host> {
  const serve = async (date: string): Promise<Served> =>
    serveOnWorkerd(await application(date), await temporaryDirectory("conformance-workerd"));
  // Two processes: workerd admits the name of a workflow once in each.
  const [now, old] = await Promise.all([serve(DATES.now), serve(DATES.old)]);
  return {
    name: "workerd",
    urls: { now: now.url, old: old.url },
    stop: async () => {
      await Promise.all([now.stop(), old.stop()]);
    },
  };
}
