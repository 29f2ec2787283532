import { createFrameFinder, createStackMapper, type Bundle } from "../../compiler/index.ts";
import type { StackMapper } from "./reader.ts";

/** Maps with the bundle's source map, which is read when it is first needed. Without one, places stay as they are. */
export function stackMapper(bundle: Bundle, onProblem: (message: string) => void): StackMapper {
  const mapStack = createStackMapper(bundle);
  const findFrame = createFrameFinder(bundle);
  let isUsable = true;
  const guarded = <T>(action: () => T, otherwise: T): T => {
    if (!isUsable) return otherwise;
    try {
      return action();
    } catch (error) {
      isUsable = false;
      const reason = error instanceof Error ? error.message : String(error);
      onProblem(`Places in the log are those of the bundle, since its source map cannot be read: ${reason}`);
      return otherwise;
    }
  };
  return {
    mapText: (text) => guarded(() => mapStack(text), text),
    codeFrame: (stack) => guarded(() => findFrame(stack)?.frame, undefined),
  };
}
