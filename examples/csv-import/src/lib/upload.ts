import { type UploadAccepted, type UploadRequest, limits } from "../../protocol/import.ts";
import { ApiError, agentUrl, request } from "./api.ts";

const tries = 6;

/** What can be said about a file without sending it; null when it may be sent. */
export function whyNot(file: { name: string; size: number }): string | null {
  if (file.size === 0) return `“${file.name}” is empty.`;
  if (file.size > limits.fileBytes) {
    return `“${file.name}” is larger than ${limits.fileBytes / 1024 / 1024} MB. Split it and import the parts one by one.`;
  }
  if (/\.(?:xlsx?|ods|numbers)$/i.test(file.name)) {
    return `“${file.name}” is a spreadsheet. Save it as CSV in your spreadsheet program and upload that.`;
  }
  return null;
}

/**
 * Sends a file in pieces and starts the import. A piece that does not get through is sent again for about half a
 * minute, so a restart of the server in between does no harm. How far it is shows in the workspace's state, here and
 * in every other browser.
 */
export async function upload(
  workspace: string,
  file: Blob,
  about: Pick<UploadRequest, "fileName" | "pace" | "askAbovePercent">,
): Promise<void> {
  const announced: UploadRequest = { ...about, bytes: file.size };
  const response = await request(agentUrl(workspace, "/imports"), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(announced),
  });
  const { id, pieceBytes, pieces } = (await response.json()) as UploadAccepted;
  for (let n = 0; n < pieces; n++) {
    const body = file.slice(n * pieceBytes, (n + 1) * pieceBytes);
    const url = agentUrl(workspace, `/imports/${id}/pieces/${n}`);
    await patiently(() => request(url, { method: "PUT", body }));
  }
  await patiently(() => request(agentUrl(workspace, `/imports/${id}/start`), { method: "POST" }));
}

/** Tries again when the server is away or in trouble, not when it says no. */
async function patiently(send: () => Promise<unknown>): Promise<void> {
  for (let failed = 1; ; failed++) {
    try {
      await send();
      return;
    } catch (error) {
      const final = error instanceof ApiError && error.status < 500;
      if (final || failed === tries) throw error;
      const delayMs = 500 * 2 ** failed;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}
