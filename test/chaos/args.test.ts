import { describe, expect, test } from "vitest";
import { readArgs } from "./args.ts";

describe("the command line of the chaos harness", () => {
  test.each([
    [[], "campaign"],
    [["--minutes", "10", "--seed", "7"], "campaign"],
    [["--variants"], "variants"],
    [["--variant", "drops-due-timers"], "variants"],
    [["--power-loss", "--no-strace"], "power-loss"],
    [["--recovery"], "recovery"],
    [["-h"], "help"],
  ])("%j is the command %s", (argv, command) => expect(readArgs(argv).command).toBe(command));

  test("gives a seed where none is given", () => expect(readArgs([]).seed).not.toBe(readArgs([]).seed));

  test.each([
    [["--minutes", "soon"], "--minutes takes a number from 0.05 to 1440"],
    [["--seed", "1.5"], "--seed takes a whole number"],
    [["--variant", "unknown"], 'There is no variant "unknown". There are: answers-create-early'],
    [["--recovery", "--variants"], "one at a time"],
    [["--minute", "1"], "Unknown option"],
  ])("%j is refused", (argv, what) => expect(() => readArgs(argv)).toThrow(what));
});
