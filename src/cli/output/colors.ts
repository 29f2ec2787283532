import picocolors from "picocolors";

export type Colors = ReturnType<typeof picocolors.createColors>;

/** Colours for a stream that is a terminal; NO_COLOR and FORCE_COLOR are heeded. */
export function colorsFor(stream: NodeJS.WriteStream): Colors {
  return picocolors.createColors(
    process.env["FORCE_COLOR"] === undefined
      ? stream.isTTY && picocolors.isColorSupported
      : picocolors.isColorSupported,
  );
}
