import { useEffect, useId, useRef, useState } from "react";
import sampleUrl from "../../sample/orders.csv?url";
import { type AskAbove, type Pace, askAboveChoices, limits, paces } from "../../protocol/import.ts";
import { messageOf, request } from "../lib/api.ts";
import { paceWords } from "../lib/format.ts";
import { upload, whyNot } from "../lib/upload.ts";
import { Button, Card, Icon, Notice } from "./parts.tsx";

interface Props {
  workspace: string;
  /** Another import is under way: this one would be refused. */
  busy: boolean;
  /** There is something else to look at: take less room. */
  compact: boolean;
  onStarted: () => void;
}

export function UploadCard({ workspace, busy, compact, onStarted }: Props) {
  const [pace, setPace] = useState<Pace>("steady");
  const [askAbove, setAskAbove] = useState<AskAbove>(2);
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);

  // What was said about an earlier file is over when the next import begins.
  const [wasBusy, setWasBusy] = useState(busy);
  if (busy !== wasBusy) {
    setWasBusy(busy);
    if (busy) setProblem(null);
  }

  useWarningBeforeLeaving(sending);

  const send = async (file: Blob, fileName: string) => {
    const reason = whyNot({ name: fileName, size: file.size });
    setProblem(reason);
    if (reason !== null) return;
    setSending(true);
    onStarted();
    try {
      await upload(workspace, file, { fileName, pace, askAbovePercent: askAbove });
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setSending(false);
    }
  };

  const sendSample = async () => {
    try {
      await send(await (await request(sampleUrl)).blob(), "orders.csv");
    } catch (error) {
      setProblem(messageOf(error));
    }
  };

  useFilesDroppedAnywhere((files) => {
    setOver(false);
    const [file, second] = files;
    if (file === undefined) return;
    if (busy || sending) setProblem("An import is under way. Drop the file again when it has ended.");
    else if (second !== undefined) setProblem("One file is imported at a time. Drop a single one.");
    else void send(file, file.name);
  });

  const problemNotice = problem !== null && (
    <Notice tone="bad" onClose={() => setProblem(null)}>
      {problem}
    </Notice>
  );
  const options = (
    <div className="flex flex-wrap gap-x-8 gap-y-4">
      <PaceChoice value={pace} onChange={setPace} />
      <AskChoice value={askAbove} onChange={setAskAbove} />
    </div>
  );
  // While an import runs there is nothing to upload, but what went wrong with the last one must stay readable.
  if (busy) return problemNotice || null;

  return (
    <Card label="New import">
      <div
        onDragOver={() => setOver(true)}
        onDragLeave={() => setOver(false)}
        className={`m-2 rounded-xl border-2 border-dashed transition-colors ${over ? "border-accent bg-accent-tint" : "border-line"} ${compact ? "flex flex-wrap items-center justify-between gap-x-6 gap-y-3 px-5 py-4" : "grid place-items-center gap-4 px-6 py-12 text-center"}`}
      >
        <div>
          <h2 className={`font-semibold ${compact ? "text-base" : "text-xl"}`}>
            {compact ? "Import another file" : "Drop a CSV file here"}
          </h2>
          <p className={`text-muted ${compact ? "text-sm" : "mt-1 max-w-md"}`}>
            {compact
              ? "Drop it here or choose it."
              : `Comma, semicolon or tab, up to ${limits.fileBytes / 1024 / 1024} MB. Its columns are found out, its rows are checked, and the good ones are loaded.`}
          </p>
        </div>
        <div className={`flex flex-wrap gap-2 ${compact ? "" : "justify-center"}`}>
          <Button kind="primary" disabled={sending} onClick={() => input.current?.click()}>
            <Icon name="upload" />
            Choose a file
          </Button>
          <Button disabled={sending} onClick={() => void sendSample()}>
            Try the sample <span className="font-normal text-muted">about 6,000 orders</span>
          </Button>
        </div>
        <input
          ref={input}
          type="file"
          accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
          aria-label="CSV file"
          className="sr-only"
          tabIndex={-1}
          onChange={(event) => {
            const file = event.target.files?.[0];
            // The same file chosen again must be a change again.
            event.target.value = "";
            if (file !== undefined) void send(file, file.name);
          }}
        />
      </div>
      {compact ? (
        <details className="px-6 pb-4 text-sm">
          <summary className="w-fit rounded text-muted hover:text-ink">
            {paceWords[pace].name}, ask {askWords(askAbove)}
          </summary>
          <div className="mt-3">{options}</div>
        </details>
      ) : (
        <div className="px-6 pt-3 pb-5">{options}</div>
      )}
      {problem !== null && <div className="px-4 pb-4">{problemNotice}</div>}
    </Card>
  );
}

function PaceChoice({ value, onChange }: { value: Pace; onChange: (pace: Pace) => void }) {
  const name = useId();
  return (
    <fieldset className="min-w-0 grow basis-72">
      <legend className="text-sm font-medium">Pace</legend>
      <div className="mt-1.5 inline-flex max-w-full flex-wrap rounded-lg border border-line bg-sunken p-0.5">
        {(Object.keys(paces) as Pace[]).map((pace) => (
          <label
            key={pace}
            className={`rounded-md px-3 py-1.5 text-sm has-focus-visible:outline-2 has-focus-visible:outline-accent ${pace === value ? "bg-card font-medium shadow-card" : "text-muted hover:text-ink"}`}
          >
            <input
              type="radio"
              name={name}
              className="sr-only"
              checked={pace === value}
              onChange={() => onChange(pace)}
            />
            {paceWords[pace].name}
          </label>
        ))}
      </div>
      <p className="mt-1.5 text-sm text-muted">{paceWords[value].hint}</p>
    </fieldset>
  );
}

function askWords(percent: number): string {
  return percent === 0 ? "when any row is bad" : `when more than ${percent} % of rows are bad`;
}

function AskChoice({ value, onChange }: { value: AskAbove; onChange: (percent: AskAbove) => void }) {
  const id = useId();
  return (
    <div className="min-w-0 grow basis-72">
      <label htmlFor={id} className="block text-sm font-medium">
        Ask before loading
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => {
          const chosen = askAboveChoices.find((choice) => String(choice) === event.target.value);
          if (chosen !== undefined) onChange(chosen);
        }}
        className="mt-1.5 block min-h-10 w-full max-w-80 rounded-lg border border-line bg-card px-2.5 text-sm"
      >
        {askAboveChoices.map((percent) => (
          <option key={percent} value={percent}>
            {askWords(percent)}
          </option>
        ))}
      </select>
      <p className="mt-1.5 text-sm text-muted">Bad rows are never loaded. You can download them.</p>
    </div>
  );
}

function useWarningBeforeLeaving(active: boolean): void {
  useEffect(() => {
    if (!active) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [active]);
}

/** Left to itself, a browser opens a file that is dropped beside the box and leaves the page. */
function useFilesDroppedAnywhere(take: (files: readonly File[]) => void): void {
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;
    const over = (event: DragEvent) => {
      if (hasFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      take([...(event.dataTransfer?.files ?? [])]);
    };
    addEventListener("dragover", over);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("drop", drop);
    };
  });
}
