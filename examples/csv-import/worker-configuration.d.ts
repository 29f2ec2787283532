// The bindings of wrangler.jsonc, as `wrangler types` writes them.
declare namespace Cloudflare {
  interface Env {
    ImportAgent: DurableObjectNamespace<import("./workers/app.ts").ImportAgent>;
    IMPORT_WORKFLOW: Workflow<import("./workers/workflows/import-workflow.ts").ImportParams>;
  }
}
interface Env extends Cloudflare.Env {}
