import type { Action, RunView } from "../protocol.ts";
import { Refusal } from "../refusal.ts";

/** Who may do what. */
export interface Gate<By> {
  isReadonly(by: By): boolean;
  authorize(by: By, action: Action, run: RunView | null): boolean | Promise<boolean>;
}

/** @throws Refusal when this client may not do that */
export async function pass<By>(gate: Gate<By>, by: By, action: Action, run: RunView | null): Promise<void> {
  if (action !== "read" && gate.isReadonly(by)) {
    throw new Refusal("readonly", "This connection may look and change nothing. (Connection is readonly)");
  }
  if (!(await gate.authorize(by, action, run))) {
    throw new Refusal("forbidden", `You are not allowed to do this (${action}).`);
  }
}
