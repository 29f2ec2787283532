import { type CSSProperties, type ReactNode, useEffect, useRef, useState } from "react";

/** Steps that follow faster are not all read out: nobody could listen to anything else. */
const PAUSE_MS = 4000;

// Seen by nobody, but read out: an element that is not displayed is not.
const HIDDEN: CSSProperties = {
  position: "absolute",
  width: 1,
  height: 1,
  margin: -1,
  padding: 0,
  border: 0,
  overflow: "hidden",
  clipPath: "inset(50%)",
  whiteSpace: "nowrap",
};

/** A polite live region: `output` has the role `status`. It must be there before its text changes, so it is rendered with an empty text as well. */
export function Announcement({ text }: { text: string }): ReactNode {
  return (
    <output aria-live="polite" aria-atomic="true" style={HIDDEN}>
      {text}
    </output>
  );
}

/** Text that only those hear who do not see the page. */
export function HiddenText({ children }: { children: ReactNode }): ReactNode {
  return <span style={HIDDEN}>{children}</span>;
}

/** The text, at most every few seconds another one, and at once when `urgency` changes. The last one always comes. */
export function useCalmText(text: string, urgency: string): string {
  const [calm, setCalm] = useState(text);
  const last = useRef({ at: 0, urgency });
  useEffect(() => {
    const show = (): void => {
      last.current = { at: Date.now(), urgency };
      setCalm(text);
    };
    const restMs = last.current.urgency === urgency ? last.current.at + PAUSE_MS - Date.now() : 0;
    if (restMs <= 0) {
      show();
      return undefined;
    }
    const timer = setTimeout(show, restMs);
    return () => clearTimeout(timer);
  }, [text, urgency]);
  return calm;
}
