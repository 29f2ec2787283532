import { formatPlace, type Project } from "../../compiler/index.ts";
import type { ListenAddress } from "../config/workerd-config.ts";
import { ListenError, StartFailedError } from "../errors.ts";
import { parseLine } from "../logs/parse-line.ts";
import type { StackMapper } from "../logs/reader.ts";
import { readRuntimeMessage } from "../logs/runtime-message.ts";
import { describeExit, type WorkerdFailure } from "./supervisor.ts";

/** A line of workerd's output as it was read. */
export interface OutputLine {
  readonly text: string;
  readonly cut: boolean;
}

/** Makes the error for a first start that failed, out of what workerd wrote. */
export function startFailure(
  failure: WorkerdFailure,
  output: readonly OutputLine[],
  listen: ListenAddress,
  mapper: StackMapper,
  flagPlaces: Project["flagPlaces"] = {},
): ListenError | StartFailedError {
  const said = output.map(({ text, cut }) => parseLine(text, cut));
  const errors = said.flatMap((line) => (line.kind === "runtime" && line.level === "error" ? [line.message] : []));
  const bind = errors.map((message) => listenFailure(message, listen)).find((error) => error !== undefined);
  if (bind !== undefined) return bind;

  if ("timedOutAfterMs" in failure) {
    const seconds = Math.round(failure.timedOutAfterMs / 1000);
    return new StartFailedError(
      `workerd was not ready after ${seconds} s. Most likely the Worker's top level does not come to an end: look for loops outside of handlers.`,
    );
  }
  const told = errors.map((message) => unknownFlag(message, flagPlaces) ?? describe(message, mapper));
  if (told.length === 0) {
    const rest = said.flatMap((line) => (line.kind === "runtime" && line.level !== "warn" ? [] : [line.message]));
    told.push(...rest.slice(-20));
  }
  const head = `The Worker did not start (${describeExit(failure.exit)}).`;
  return new StartFailedError([head, ...told].join("\n\n"));
}

/** The error for an address that does not exist or a refused `bind()`, or undefined when the text is about something else. */
export function listenFailure(message: string, { host, port }: ListenAddress): ListenError | undefined {
  if (/getaddrinfo\(\)/.test(message)) {
    const text = `There is no address for the name "${host}". Give --host an address of this machine, or 0.0.0.0 for all of them.`;
    return new ListenError("address_unavailable", host, port, text);
  }
  if (!/bind\(\)/.test(message)) return undefined;
  if (/in use/i.test(message)) return portInUse({ host, port });
  if (/permission denied/i.test(message)) return portForbidden({ host, port });
  return addressUnusable({ host, port }, message.replace(/^.*bind\(\): /s, ""));
}

export function portForbidden({ host, port }: ListenAddress): ListenError {
  const text = `Listening on port ${port} is not permitted. Choose a port above 1023 with --port, or put a proxy in front.`;
  return new ListenError("address_unavailable", host, port, text);
}

export function addressUnusable({ host, port }: ListenAddress, reason: string): ListenError {
  const text = `This machine cannot listen on ${host}:${port} (${reason}). Name one of its own addresses with --host.`;
  return new ListenError("address_unavailable", host, port, text);
}

export function portInUse({ host, port }: ListenAddress): ListenError {
  return new ListenError(
    "port_in_use",
    host,
    port,
    `Port ${port} on ${host} is in use. Stop what is using it, or choose another one with --port (0 picks a free one).`,
  );
}

function unknownFlag(message: string, places: NonNullable<Project["flagPlaces"]>): string | undefined {
  const flag = /No such compatibility flag: (\S+)/.exec(message)?.[1];
  if (flag === undefined) return undefined;
  const place = places[flag];
  const text = `The installed workerd knows no compatibility flag "${flag}". Correct or remove it; a flag that is new needs a newer Pawl.`;
  return place === undefined ? text : `${formatPlace(place)}\n  ${text}`;
}

function describe(message: string, mapper: StackMapper): string {
  const read = readRuntimeMessage("error", message.replace(/^service main: /, ""));
  const text = read.kind === "say" || read.kind === "internal" ? read.message : message;
  // While a module is loaded, workerd writes frames in a form of its own: "at index.js:1:21 in f".
  const stack = text.replaceAll(/^\s+at (\S+:\d+(?::\d+)?)(?: in (.+))?$/gm, (_, place: string, name?: string) =>
    name === undefined ? `    at ${place}` : `    at ${name} (${place})`,
  );
  const frame = mapper.codeFrame(stack);
  return mapper.mapText(stack) + (frame === undefined ? "" : `\n\n${frame}`);
}
