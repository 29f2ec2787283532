import type { ReactNode } from "react";
import { renderToString } from "react-dom/server";
import { expect, test } from "vitest";
import { useWorkflow } from "../hooks/use-workflow.ts";
import { useWorkflowRun } from "../hooks/use-workflow-run.ts";
import { WorkflowProvider } from "../hooks/workflow-provider.tsx";
import { runView, waitFor } from "../store/run-view.test-support.ts";
import { ApprovalPrompt } from "./approval-prompt.tsx";
import { RunProgress } from "./run-progress.tsx";
import { RunSteps } from "./run-steps.tsx";

function Page(): ReactNode {
  const workflow = useWorkflow();
  const { lookup } = useWorkflowRun("a");
  return (
    <main>
      {workflow.connection} {workflow.runs.length} {lookup}
      <RunProgress run={workflow.run} />
      <RunSteps run={workflow.run} />
      <ApprovalPrompt workflow={workflow} />
    </main>
  );
}

test("on a server a page is rendered as one that connects, without a connection", () => {
  const html = renderToString(
    <WorkflowProvider agent="ImportAgent">
      <Page />
    </WorkflowProvider>,
  ).replaceAll("<!-- -->", "");
  expect(html).toContain("<main>connecting 0 loading");
  expect(html).not.toContain("progressbar");
});

test("what is not enabled is closed", () => {
  const html = renderToString(
    <WorkflowProvider agent="ImportAgent" enabled={false}>
      <Page />
    </WorkflowProvider>,
  ).replaceAll("<!-- -->", "");
  expect(html).toContain("<main>closed 0 loading");
});

test("a hook that nobody has told which agent says so", () => {
  expect(() => renderToString(<Page />)).toThrow(/Which agent\?/);
});

test("progress is an element of its role with number, bounds and words", () => {
  const run = runView(1, { progress: 41.6, step: "Checking rows" });
  const html = renderToString(<RunProgress run={run} label="Import" className="bar" id="it" />);
  expect(html).toMatch(/^<div aria-label="Import" class="bar" id="it" role="progressbar" aria-valuemin="0"/);
  expect(html).toContain('aria-valuenow="42" aria-valuetext="42%, Checking rows" data-status="running"');
  expect(html).toContain('<div data-part="bar" style="width:42%"></div>');
  expect(html).toMatch(/<output aria-live="polite" aria-atomic="true" style="[^"]*">Checking rows<\/output>$/);
});

test("what progress looks like inside, its element and its words are the application's", () => {
  const run = runView(1, { progress: 5 });
  const html = renderToString(
    <RunProgress run={run} as="section" describe={() => "läuft"} announce={false}>
      {({ progress }) => <b>{progress}</b>}
    </RunProgress>,
  );
  expect(html).toMatch(/^<section .*aria-valuetext="5%, läuft".*><b>5<\/b><\/section>$/);
});

test("steps are a list that marks the present one", () => {
  const html = renderToString(<RunSteps run={runView(1, { step: "Load" })} steps={["Read", "Load", "Report"]} />);
  expect(html.replaceAll(/<span style="[^"]*">/g, "<span>")).toBe(
    '<ol aria-label="Steps" data-status="running"><li data-state="done">Read<span>, done</span></li>' +
      '<li data-state="current" aria-current="step">Load<span>, in progress</span></li>' +
      '<li data-state="upcoming">Report<span>, to come</span></li></ol>',
  );
});

function Prompt({ waits, open }: { waits: boolean; open?: boolean | undefined }): ReactNode {
  const workflow = useWorkflow({ agent: "A", enabled: false });
  const run = runView(1, { waitingFor: waits ? [waitFor("approval")] : [] });
  return <ApprovalPrompt workflow={{ ...workflow, run }} open={open} askReason title="Load?" />;
}

test("a run that waits for an approval is asked about; one that does not is not, unless the application says so", () => {
  expect(renderToString(<Prompt waits={true} />)).toMatch(/role="group".*Load\?.*Reason.*Approve.*Reject/);
  expect(renderToString(<Prompt waits={false} />)).not.toContain("button");
  expect(renderToString(<Prompt waits={false} open />)).toContain("button");
  expect(renderToString(<Prompt waits={true} open={false} />)).not.toContain("button");
});
