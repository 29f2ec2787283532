// Written by `pawl types` from the configuration. Run it again when the bindings have changed.
declare namespace Cloudflare {
  interface GlobalProps {
    mainModule: typeof import("./workers/app");
    durableNamespaces: "MyAgent";
  }
  interface Env {
    MyAgent: DurableObjectNamespace<import("./workers/app").MyAgent>;
    MY_WORKFLOW: Workflow<Parameters<import("./workers/app").MyWorkflow["run"]>[0]["payload"]>;
  }
}
interface Env extends Cloudflare.Env {}
