import { ConfigError, type FilePlace } from "./errors.ts";

/** How deep objects and lists may lie in each other: deeper than any configuration, and far from the end of the stack. */
export const MAX_DEPTH = 100;

export function tooDeep(place: FilePlace): ConfigError {
  const text = `Objects and lists lie more than ${MAX_DEPTH} deep in each other here, which no configuration needs.`;
  return new ConfigError([{ ...place, key: "", text }]);
}
