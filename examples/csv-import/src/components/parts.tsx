import type { ButtonHTMLAttributes, ReactNode } from "react";

/** The small pieces that everything else is put together from. */

export function Card({ children, label, className = "" }: { children: ReactNode; label?: string; className?: string }) {
  return (
    <section aria-label={label} className={`rounded-2xl border border-line bg-card shadow-card ${className}`}>
      {children}
    </section>
  );
}

type Kind = "primary" | "plain" | "danger" | "quiet";

const kinds: Record<Kind, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-strong border-transparent",
  plain: "bg-card text-ink hover:bg-sunken border-line",
  danger: "bg-card text-bad hover:bg-bad-tint border-line",
  quiet: "bg-transparent text-muted hover:text-ink hover:bg-sunken border-transparent",
};

const buttonShape =
  "inline-flex min-h-10 items-center justify-center gap-2 rounded-lg border px-3.5 text-sm font-medium whitespace-nowrap transition-colors disabled:opacity-45";

export function Button({
  kind = "plain",
  className = "",
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { kind?: Kind }) {
  return <button type="button" className={`${buttonShape} ${kinds[kind]} ${className}`} {...rest} />;
}

export function DownloadLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a href={href} download className={`${buttonShape} ${kinds.plain}`}>
      <Icon name="download" />
      {children}
    </a>
  );
}

const icons = {
  check: "M5 12.5l4.5 4.5L19 7.5",
  cross: "M6 6l12 12M18 6L6 18",
  pause: "M9 6v12M15 6v12",
  play: "M8 5.5v13l10.5-6.5z",
  stop: "M7 7h10v10H7z",
  upload: "M12 16V5m0 0L7.5 9.5M12 5l4.5 4.5M5 19h14",
  download: "M12 5v11m0 0l-4.5-4.5M12 16l4.5-4.5M5 20h14",
  left: "M14.5 6L8.5 12l6 6",
  right: "M9.5 6l6 6-6 6",
  warn: "M12 8v5m0 3.2v.1M12 3.5l9 16H3z",
  person: "M12 12a4 4 0 100-8 4 4 0 000 8zM4.5 20c1-4 4-6 7.5-6s6.500 2 7.5 6",
  copy: "M9 9h10v11H9zM5 15V4h10",
  window: "M4 5h16v14H4zM4 9h16",
  trash: "M5 7h14M10 7V4.500h4V7M7 7l1 13h8l1-13",
  skip: "M7 12h10",
} as const;

export type IconName = keyof typeof icons;

export function Icon({ name, className = "size-4" }: { name: IconName; className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      className={`shrink-0 ${className}`}
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={icons[name]} />
    </svg>
  );
}

export function Notice({
  tone,
  children,
  onClose,
}: {
  tone: "bad" | "warn";
  children: ReactNode;
  onClose?: () => void;
}) {
  const colors = tone === "bad" ? "bg-bad-tint text-bad" : "bg-warn-tint text-warn";
  return (
    <div role="alert" className={`flex items-start gap-3 rounded-xl px-4 py-3 text-sm ${colors}`}>
      <Icon name="warn" className="mt-0.5 size-4" />
      <p className="min-w-0 grow text-ink">{children}</p>
      {onClose && (
        <button type="button" aria-label="Close this message" onClick={onClose} className="-m-1 rounded p-1">
          <Icon name="cross" />
        </button>
      )}
    </div>
  );
}

export function ProgressBar({ done, of, label, idle }: { done: number; of: number; label: string; idle: boolean }) {
  return <progress aria-label={label} value={Math.min(done, of)} max={Math.max(of, 1)} data-idle={idle} />;
}
