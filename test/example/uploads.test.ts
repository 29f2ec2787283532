import { expect, test } from "vitest";
import { Uploads } from "../../examples/csv-import/workers/agents/uploads.ts";
import type { WorkflowLink } from "../../examples/csv-import/workers/agents/workflow-link.ts";
import type { Workspace } from "../../examples/csv-import/workers/agents/workspace.ts";

test("a refused upload schedules nothing", async () => {
  let asked = 0;
  const alarm = {
    reconcileIn: async (): Promise<void> => {
      asked++;
    },
  };
  // Only what a refusal looks at.
  const workspace = { imports: { open: () => ({ queued: true, fileName: "a.csv" }) } } as unknown as Workspace;
  const uploads = new Uploads(workspace, {} as WorkflowLink, () => "refused", alarm);
  await expect(uploads.accept({ fileName: "b.csv", bytes: 1, pace: "full", askAbovePercent: 2 })).rejects.toThrow(
    "One import runs at a time",
  );
  expect(asked).toBe(0);
});
