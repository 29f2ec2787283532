import { expectTypeOf, test } from "vitest";
import type { UseWorkflow } from "./hooks/use-workflow.ts";
import type { UseWorkflowRun } from "./hooks/use-workflow-run.ts";
import type { WorkflowState } from "../agent/protocol.ts";
import type { WorkflowRun } from "./types.ts";

interface Import {
  params: { file: string; limit?: number };
  result: { row: number };
  events: { approval: { by: string }; hurry: undefined };
  details: { bytes: number };
  state: { theme: string };
}

type Typed = UseWorkflow<Import>;
type Untyped = UseWorkflow<object>;

test("params, results and the application's state have the application's types", () => {
  expectTypeOf<Typed["start"]>().parameter(0).toEqualTypeOf<Import["params"]>();
  expectTypeOf<Typed["run"]>().toEqualTypeOf<WorkflowRun<{ row: number }, { bytes: number }> | null>();
  expectTypeOf<Typed["results"]["items"]>().toEqualTypeOf<readonly { row: number }[]>();
  expectTypeOf<UseWorkflowRun<Import>["run"]>().toEqualTypeOf<Typed["run"]>();
  expectTypeOf<NonNullable<Typed["state"]>>().toEqualTypeOf<WorkflowState & { theme: string }>();
});

test("params that must have something must be given", () => {
  expectTypeOf<Parameters<Typed["start"]>>().not.toExtend<[]>();
  expectTypeOf<[]>().not.toExtend<Parameters<Typed["start"]>>();
  expectTypeOf<[]>().toExtend<Parameters<UseWorkflow<{ params: { limit?: number } }>["start"]>>();
});

test("an event is sent with the payload of its type", () => {
  const send: Typed["send"] = async () => {};
  expectTypeOf(send<"approval">)
    .parameter(1)
    .toEqualTypeOf<{ by: string }>();
  expectTypeOf(send<"hurry">).toBeCallableWith("hurry");
  expectTypeOf<Parameters<Typed["send"]>[0]>().toEqualTypeOf<"approval" | "hurry">();
});

test("without types there are none to keep to", () => {
  expectTypeOf<[]>().toExtend<Parameters<Untyped["start"]>>();
  expectTypeOf<NonNullable<Untyped["run"]>["results"]>().toEqualTypeOf<unknown[]>();
  expectTypeOf<Parameters<Untyped["send"]>[0]>().toEqualTypeOf<string>();
});
