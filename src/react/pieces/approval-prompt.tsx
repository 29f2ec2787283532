import {
  type ElementType,
  type FocusEvent,
  type HTMLAttributes,
  type ReactNode,
  useEffect,
  useRef,
  useState,
} from "react";
import type { Wait } from "../../agent/protocol.ts";
import type { RunHandle } from "../hooks/run-handle.ts";
import { Announcement } from "./announcement.tsx";
import { ApprovalQuestion } from "./approval-question.tsx";

/** All that is said; for another language than English. */
export interface ApprovalWords {
  title: string;
  approve: string;
  reject: string;
  reason: string;
  /** Read out when the run begins to wait. */
  needed: string;
  approved: string;
  rejected: string;
  /** It was answered elsewhere, or nobody waits any more. */
  settled: string;
}

const WORDS: ApprovalWords = {
  title: "Approve?",
  approve: "Approve",
  reject: "Reject",
  reason: "Reason",
  needed: "Your approval is needed.",
  approved: "Approved.",
  rejected: "Rejected.",
  settled: "No approval is needed any more.",
};

export interface ApprovalPromptProps extends Omit<HTMLAttributes<HTMLElement>, "children" | "title"> {
  /** What `useWorkflow` or `useWorkflowRun` has returned. */
  workflow: Pick<RunHandle<unknown>, "run" | "approve" | "reject" | "pending" | "error">;
  /** Type of the event that is waited for. Default: `approval`. */
  event?: string | undefined;
  /** Whether to ask. Default: while the run says that it waits for the event, which runs of a `DurableWorkflow` do. */
  open?: boolean | undefined;
  /** The question. */
  title?: ReactNode;
  /** What there is to know before one answers. */
  children?: ReactNode;
  /** Shows a field for a reason, which reaches the workflow. Default: false. */
  askReason?: boolean | undefined;
  /** Moves the focus to the question when it appears. Default: false, because it may take it from something else. */
  focusOnOpen?: boolean | undefined;
  words?: Partial<ApprovalWords> | undefined;
  /** Element around all of it, which stays when there is nothing to ask. Default: `div`. */
  as?: ElementType | undefined;
}

/**
 * Asks for the approval that a run waits for, and shows nothing when it waits for none. Announced politely; usable by
 * keyboard; answers are disabled while one is under way; what went wrong is read out and stands beside the buttons.
 * When the question goes, the focus that was in it goes to the element around it. No styles.
 */
export function ApprovalPrompt({
  workflow,
  event = "approval",
  open,
  title,
  children,
  askReason = false,
  focusOnOpen = false,
  words,
  as: Frame = "div",
  ...attributes
}: ApprovalPromptProps): ReactNode {
  const texts = { ...WORDS, ...words };
  const wait = workflow.run?.waitingFor.find((one) => one.event === event);
  const isOpen = open ?? wait !== undefined;
  const [answer, setAnswer] = useState<"approved" | "rejected" | null>(null);
  const frame = useFocusKept(isOpen);
  return (
    <Frame {...attributes} {...frame} tabIndex={-1} data-open={isOpen}>
      <Announcement text={useTurnText(isOpen, texts.needed, texts[answer ?? "settled"])} />
      {isOpen && (
        <ApprovalQuestion
          key={keyOf(workflow.run?.id, wait)}
          workflow={workflow}
          event={event}
          title={title ?? texts.title}
          words={texts}
          askReason={askReason}
          focusOnOpen={focusOnOpen}
          onAnswered={setAnswer}
        >
          {children}
        </ApprovalQuestion>
      )}
    </Frame>
  );
}

/** Another wait is another question: its field is empty. */
function keyOf(runId: string | undefined, wait: Wait | undefined): string {
  return [runId, wait?.step, wait?.since].join(" ");
}

/** Nothing at first; then what to say of the last turn from closed to open, or back. */
function useTurnText(isOpen: boolean, opened: string, closed: string): string {
  const [turns, setTurns] = useState(0);
  const before = useRef(isOpen);
  useEffect(() => {
    if (before.current === isOpen) return;
    before.current = isOpen;
    setTurns((count) => count + 1);
  }, [isOpen]);
  if (isOpen) return opened;
  return turns === 0 ? "" : closed;
}

/** Puts the focus on the frame when what had it inside is taken away: it would fall back to the top of the page. */
function useFocusKept(isOpen: boolean) {
  const ref = useRef<HTMLElement>(null);
  const hasFocus = useRef(false);
  useEffect(() => {
    const isLost = document.activeElement === null || document.activeElement === document.body;
    if (!isOpen && hasFocus.current && isLost) ref.current?.focus();
  }, [isOpen]);
  return {
    ref,
    onFocus: () => {
      hasFocus.current = true;
    },
    // Not told of an element that React takes away, and that is what makes the difference.
    onBlur: ({ currentTarget, relatedTarget }: FocusEvent<HTMLElement>) => {
      hasFocus.current = currentTarget.contains(relatedTarget);
    },
  };
}
