import { type UploadAccepted, type UploadRequest, limits } from "../../protocol/import.ts";
import { sniff } from "../csv/sniff.ts";
import { Refusal } from "../import/refusal.ts";
import { pieceCount, pieceLength } from "../import/upload-request.ts";
import type { ImportRecord } from "../store/imports.ts";
import type { Alarm } from "./alarm.ts";
import { deadUploadMs } from "./reconciler.ts";
import type { WorkflowLink } from "./workflow-link.ts";
import type { Workspace } from "./workspace.ts";

/** An upload that has been silent for so long may be pushed aside by another one. */
const silentUploadMs = 30_000;

/** Takes a file in, piece by piece, up to the moment when the workflow has it. */
export class Uploads {
  readonly #workspace: Workspace;
  readonly #workflow: WorkflowLink;
  readonly #name: () => string;
  readonly #alarm: Alarm;

  constructor(workspace: Workspace, workflow: WorkflowLink, name: () => string, alarm: Alarm) {
    this.#workspace = workspace;
    this.#workflow = workflow;
    this.#name = name;
    this.#alarm = alarm;
  }

  async accept(request: UploadRequest): Promise<UploadAccepted> {
    this.#makeRoom();
    await this.#alarm.reconcileIn(deadUploadMs / 1000 + 1);
    // Another one may have come in meanwhile.
    this.#makeRoom();
    const pieces = pieceCount(request.bytes);
    const record = this.#workspace.imports.add({ id: crypto.randomUUID(), ...request, pieces, at: Date.now() });
    this.#workspace.publish();
    return { id: record.id, pieceBytes: limits.pieceBytes, pieces };
  }

  receivePiece(importId: string, n: number, bytes: ArrayBuffer): void {
    const record = this.#uploading(importId);
    if (n < 0 || n >= record.pieces || bytes.byteLength !== pieceLength(record.bytes, n)) {
      throw new Refusal("bad_piece", "This piece does not belong to the file that was announced.", 400);
    }
    const sniffed = n === 0 ? sniff(new Uint8Array(bytes)) : null;
    if (sniffed?.text === false) {
      // Nothing of it is worth a line in the history: the person who sent it is told at once.
      this.#workspace.drop(record);
      throw new Refusal("not_text", sniffed.reason, 422);
    }
    this.#workspace.pieces.put(record.id, n, bytes);
    this.#workspace.imports.change(record.id, { touchedAt: Date.now() });
    this.#workspace.publish();
  }

  async start(importId: string): Promise<void> {
    const again = this.#workspace.imports.get(importId);
    // The answer to an earlier call was lost.
    if (again?.queued === true) return;
    const record = this.#uploading(importId);
    const missing = record.pieces - this.#workspace.pieces.received(record.id);
    if (missing > 0) throw new Refusal("incomplete", `${missing} pieces of the file are still missing.`);
    // First the alarm, then the record, then the workflow: killed in between, the agent finds the gap and fills it.
    await this.#alarm.reconcileIn(2);
    this.#workspace.imports.change(record.id, { queued: true });
    this.#workspace.publish();
    this.#workspace.log(record, `received "${record.fileName}", ${record.bytes} bytes`);
    await this.#workflow.create(this.#name(), record);
  }

  /** Refuses when an import is under way. An upload that has fallen silent is not. */
  #makeRoom(): void {
    const open = this.#workspace.imports.open();
    if (open === null) return;
    if (open.queued || Date.now() - open.touchedAt < silentUploadMs) {
      const message = `“${open.fileName}” is being imported. One import runs at a time in a workspace: wait for it, cancel it, or use another workspace.`;
      throw new Refusal("busy", message);
    }
    this.#workspace.end(open, "cancelled", "The upload stopped halfway.");
  }

  #uploading(importId: string): ImportRecord {
    const record = this.#workspace.imports.get(importId);
    if (record === null || record.outcome !== null || record.queued) {
      throw new Refusal("not_uploading", record?.error ?? "This upload is over. Choose the file again.");
    }
    return record;
  }
}
