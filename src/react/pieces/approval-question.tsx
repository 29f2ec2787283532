import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import type { ApprovalPromptProps, ApprovalWords } from "./approval-prompt.tsx";

interface Props {
  workflow: ApprovalPromptProps["workflow"];
  event: string;
  title: ReactNode;
  children: ReactNode;
  words: ApprovalWords;
  askReason: boolean;
  focusOnOpen: boolean;
  onAnswered: (answer: "approved" | "rejected" | null) => void;
}

export function ApprovalQuestion({
  workflow,
  event,
  title,
  children,
  words,
  askReason,
  focusOnOpen,
  onAnswered,
}: Props) {
  const id = useId();
  const group = useRef<HTMLDivElement>(null);
  const [reason, setReason] = useState("");
  const { pending, error } = workflow;
  const isBusy = pending.approve || pending.reject;
  const failure = error !== null && (error.action === "approve" || error.action === "reject") ? error.message : null;

  useEffect(() => {
    onAnswered(null);
    // The group, and not a button: who is typing would answer by accident.
    if (focusOnOpen) group.current?.focus();
  }, [focusOnOpen, onAnswered]);

  const answer = (what: "approve" | "reject"): void => {
    if (isBusy) return;
    onAnswered(what === "approve" ? "approved" : "rejected");
    const options = { event, ...(reason.trim() !== "" && { reason: reason.trim() }) };
    // What went wrong is in the error of the workflow.
    workflow[what](options).catch(() => onAnswered(null));
  };
  // Not `disabled`, which would drop the focus: an answer that fails is given again.
  const button = {
    type: "button",
    "aria-disabled": isBusy,
    "aria-describedby": [children !== undefined && `${id}details`, failure !== null && `${id}error`]
      .filter((part) => part !== false)
      .join(" "),
  } as const;
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a fieldset comes with a border and a layout of its own
    <div ref={group} role="group" tabIndex={-1} aria-labelledby={`${id}title`} aria-busy={isBusy}>
      <p id={`${id}title`} data-part="title">
        {title}
      </p>
      {children !== undefined && (
        <div id={`${id}details`} data-part="details">
          {children}
        </div>
      )}
      {askReason && (
        <label data-part="reason">
          {words.reason}
          <textarea value={reason} readOnly={isBusy} onChange={(change) => setReason(change.target.value)} />
        </label>
      )}
      <button {...button} data-part="approve" data-pending={pending.approve} onClick={() => answer("approve")}>
        {words.approve}
      </button>
      <button {...button} data-part="reject" data-pending={pending.reject} onClick={() => answer("reject")}>
        {words.reject}
      </button>
      <p id={`${id}error`} role="alert" data-part="error">
        {failure}
      </p>
    </div>
  );
}
