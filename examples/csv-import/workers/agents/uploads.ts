import type { RunView } from "pawl/agent";
import { type ImportDetails, limits, type UploadAccepted, type UploadRequest } from "../../protocol/import.ts";
import { sniff } from "../csv/sniff.ts";
import { Refusal } from "../import/refusal.ts";
import { pieceCount, pieceLength } from "../import/upload-request.ts";
import type { ImportStore } from "../store/import-store.ts";
import type { ImportRecord } from "../store/imports.ts";
import { dropImport } from "../store/tables.ts";

/** An upload that has been silent for so long may be pushed aside by another one. */
const silentUploadMs = 30_000;
/** And after this time it is given up. */
const deadUploadMs = 10 * 60_000;

/** What uploads need of the agent that they come to. */
export interface Home {
  runOf(id: string): RunView | undefined;
  /** The one that is under way. */
  liveRun(): RunView | undefined;
  start(record: ImportRecord): Promise<unknown>;
  /** Calls `giveUpSilent` after so many seconds, also when the server has been down meanwhile. */
  lookAgain(id: string, seconds: number): Promise<unknown>;
  /** Shows every browser the file that is on its way. */
  show(upload: ImportDetails | null): void;
  log(record: ImportRecord, text: string): void;
}

/** Takes a file in, piece by piece, up to the moment when there is a run for it. */
export class Uploads {
  readonly #store: ImportStore;
  readonly #home: Home;
  /** The upload whose run is being started at the moment. */
  #starting: string | null = null;

  constructor(store: ImportStore, home: Home) {
    this.#store = store;
    this.#home = home;
  }

  async accept(request: UploadRequest): Promise<UploadAccepted> {
    this.#makeRoom();
    const id = crypto.randomUUID();
    await this.#home.lookAgain(id, deadUploadMs / 1000);
    // Another one may have come in meanwhile.
    this.#makeRoom();
    const pieces = pieceCount(request.bytes);
    this.#store.imports.add(request, id, pieces);
    this.show();
    return { id, pieceBytes: limits.pieceBytes, pieces };
  }

  receivePiece(importId: string, n: number, bytes: ArrayBuffer): void {
    const record = this.#uploading(importId);
    if (n < 0 || n >= record.pieces || bytes.byteLength !== pieceLength(record.bytes, n)) {
      throw new Refusal("bad_piece", "This piece does not belong to the file that was announced.", 400);
    }
    const sniffed = n === 0 ? sniff(new Uint8Array(bytes)) : null;
    if (sniffed?.text === false) {
      this.drop(record.id);
      throw new Refusal("not_text", sniffed.reason, 422);
    }
    this.#store.pieces.put(record.id, n, bytes);
    this.#store.imports.change(record.id, { touchedAt: Date.now() });
    this.show();
  }

  async start(importId: string): Promise<void> {
    // The answer to an earlier call was lost.
    if (this.#home.runOf(importId) !== undefined) return;
    const record = this.#uploading(importId);
    const missing = record.pieces - this.#store.pieces.received(record.id);
    if (missing > 0) throw new Refusal("incomplete", `${missing} pieces of the file are still missing.`);
    this.#home.log(record, `received, ${record.bytes} bytes`);
    this.#starting = importId;
    try {
      await this.#home.start(record);
    } catch (error) {
      // Of two calls at once the other may have been faster.
      if (this.#home.runOf(importId) === undefined) throw error;
    } finally {
      this.#starting = null;
    }
    this.show();
  }

  /** Nothing of a file that did not come is worth a line in the history. */
  drop(importId: string): void {
    if (importId === this.#starting) throw new Refusal("not_now", "This import is about to begin. Cancel it then.");
    dropImport(this.#store.sql, this.#uploading(importId).id);
    this.show();
  }

  async giveUpSilent(importId: string): Promise<void> {
    const upload = this.#open();
    if (upload?.id !== importId) return;
    if (Date.now() - upload.touchedAt >= deadUploadMs) this.drop(importId);
    else await this.#home.lookAgain(importId, deadUploadMs / 1000);
  }

  show(): void {
    const upload = this.#open();
    this.#home.show(upload === null ? null : this.#store.details(upload));
  }

  /** Refuses when an import is under way. An upload that has fallen silent is not. */
  #makeRoom(): void {
    const upload = this.#open();
    const isSilent = upload !== null && Date.now() - upload.touchedAt >= silentUploadMs;
    const busy = isSilent ? null : (upload ?? this.#store.imports.get(this.#home.liveRun()?.id ?? ""));
    if (busy !== null) {
      const message = `“${busy.fileName}” is being imported. One import runs at a time in a workspace: wait for it, cancel it, or use another workspace.`;
      throw new Refusal("busy", message);
    }
    if (upload !== null) this.drop(upload.id);
  }

  /** The import that has no run yet. There is at most one in a workspace. */
  #open(): ImportRecord | null {
    const newest = this.#store.imports.newest();
    return newest === null || this.#home.runOf(newest.id) !== undefined ? null : newest;
  }

  #uploading(importId: string): ImportRecord {
    const record = this.#open();
    if (record?.id === importId) return record;
    throw new Refusal("not_uploading", "This upload is over. Choose the file again.");
  }
}
