import { expect, test } from "vitest";
import { agentReference } from "./agent-reference.ts";

// After a change of comments or declarations: npx vitest run --project system test/package/agent-reference.test.ts -u
test("the reference of pawl/agent says what the package has", async () => {
  await expect(await agentReference()).toMatchFileSnapshot("../../docs/reference/agent.md");
});
