import { Miniflare } from "miniflare";
import type { Application, Served } from "./application.ts";

/**
 * Serves an application on Cloudflare's engine as `wrangler dev` runs it, in the newest release for Node 20. That release
 * knows no compatibility date after 2026-04-26. With `folder`, data is kept there; else it is temporary.
 */
export async function serveOnMiniflare(app: Application, folder?: string): Promise<Served> {
  const workflows = Object.fromEntries(
    app.workflows.map(({ binding, name, className, stepLimit }) => [
      binding,
      { name, className, ...(stepLimit !== undefined && { stepLimit }) },
    ]),
  );
  const durableObjects = Object.fromEntries(
    (app.objects ?? []).map(({ binding, className }) => [binding, { className, useSQLite: true }]),
  );
  const instance = new Miniflare({
    name: app.name,
    modules: [{ type: "ESModule", path: "main.js", contents: app.script }],
    compatibilityDate: app.compatibilityDate,
    compatibilityFlags: [...(app.compatibilityFlags ?? [])],
    durableObjects,
    workflows,
    ...(folder !== undefined && {
      workflowsPersist: `${folder}/workflows`,
      durableObjectsPersist: `${folder}/objects`,
    }),
  });
  const url = await instance.ready;
  return { url: url.href.replace(/\/$/, ""), stop: () => instance.dispose() };
}
