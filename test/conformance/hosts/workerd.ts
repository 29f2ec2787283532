import { serveOnWorkerd } from "../../support/cloudflare/workerd.ts";
import { temporaryDirectory } from "../../support/server.ts";
import { application, DATES, type Host, hostOf } from "./host.ts";

/** Cloudflare's engine as workerd brings it: the newest there is to compare with. */
export async function startWorkerd(): Promise<Host> {
  // A process each: workerd admits the name of a workflow once in each.
  return hostOf("workerd", async (profile) =>
    serveOnWorkerd(await application(DATES[profile]), await temporaryDirectory("conformance-workerd")),
  );
}
