import { ApprovalPrompt, describeRun, RunProgress, useWorkflow } from "pawl/react";
import { type FormEvent, useState } from "react";
import { type ItemResult, MOST_ITEMS, type TaskParams } from "../protocol/task.ts";

/** Everybody who opens the same address follows the same runs: `?room=…`. */
const room = new URLSearchParams(location.search).get("room") ?? "lobby";

export function App() {
  const task = useWorkflow<{ params: TaskParams; result: ItemResult }>({ agent: "MyAgent", name: room });
  const { run, results, pending, error } = task;
  const isUnderWay = run?.status === "running" || run?.status === "paused";
  // What went wrong with an answer, the prompt says itself.
  const problem = error?.action === "approve" || error?.action === "reject" ? null : error;
  return (
    <main>
      <header>
        <h1>Starter</h1>
        <output data-connection={task.connection}>{task.connection}</output>
      </header>

      <StartForm disabled={pending.start || isUnderWay} onStart={(items) => void task.start({ items })} />
      {problem !== null && <p role="alert">{problem.message}</p>}

      {run !== null && (
        <section aria-label="Run">
          <p data-status={run.status}>{describeRun(run)}</p>
          <RunProgress run={run} />
          <ApprovalPrompt workflow={task} title="All items are processed. Is the result fine?" />
          <div className="buttons">
            {run.status === "running" && <button onClick={() => void task.pause()}>Pause</button>}
            {run.status === "paused" && <button onClick={() => void task.resume()}>Resume</button>}
            {isUnderWay && <button onClick={() => void task.cancel()}>Cancel</button>}
          </div>
          <ol>
            {results.items.map(({ number, item, letters }) => (
              <li key={number} value={number}>
                {item}: {letters} letters
              </li>
            ))}
          </ol>
        </section>
      )}
    </main>
  );
}

function StartForm({ disabled, onStart }: { disabled: boolean; onStart: (items: string[]) => void }) {
  const [text, setText] = useState("apple\nbanana\ncherry");
  const items = text.split("\n").filter((line) => line.trim() !== "");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onStart(items);
  };
  return (
    <form onSubmit={submit}>
      <label htmlFor="items">Items, one a line</label>
      <textarea id="items" rows={4} value={text} onChange={(event) => setText(event.target.value)} />
      <button type="submit" disabled={disabled || items.length === 0 || items.length > MOST_ITEMS}>
        Start
      </button>
    </form>
  );
}
