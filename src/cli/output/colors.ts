import picocolors from "picocolors";

export type Colors = ReturnType<typeof picocolors.createColors>;

/** Colours for a stream that is a terminal; NO_COLOR and FORCE_COLOR are heeded. */
export function colorsFor(stream: { readonly isTTY?: boolean }): Colors {
  const isForced = process.env["FORCE_COLOR"] !== undefined;
  // `isTTY` is undefined for a pipe, and createColors would take that for its default: colours wherever CI is set.
  const isTerminal = Boolean(stream.isTTY);
  return picocolors.createColors((isForced || isTerminal) && picocolors.isColorSupported);
}
