import { WorkflowProvider } from "pawl/react";
import { useEffect, useState } from "react";
import { WorkspacePage } from "./components/workspace-page.tsx";
import { rememberWorkspace, rememberedWorkspace, workspaceOfPath } from "./lib/workspace.ts";

/** Every address leads to a workspace: the one it names, or the one this browser was in last. */
export function App() {
  const [workspace] = useState(() => workspaceOfPath(location.pathname) ?? rememberedWorkspace());
  useEffect(() => {
    rememberWorkspace(workspace);
    if (workspaceOfPath(location.pathname) !== workspace) history.replaceState(null, "", `/w/${workspace}`);
    document.title = `${workspace} · CSV import`;
  }, [workspace]);
  return (
    <WorkflowProvider agent="ImportAgent" name={workspace}>
      <WorkspacePage workspace={workspace} />
    </WorkflowProvider>
  );
}
