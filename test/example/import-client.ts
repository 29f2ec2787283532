import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type {
  LoadedRow,
  RejectedRow,
  RowPage,
  UploadAccepted,
  UploadRequest,
} from "../../examples/csv-import/protocol/import.ts";
import { type ImportView, viewsOfRun } from "../../examples/csv-import/src/lib/import-view.ts";

/** What a browser does over HTTP, for tests that need none. `origin` is asked each time: a restart may change the port. */
export class ImportClient {
  readonly #origin: () => string;
  readonly #workspace: string;

  constructor(origin: () => string, workspace: string) {
    this.#origin = origin;
    this.#workspace = workspace;
  }

  async upload(file: string, options: Pick<UploadRequest, "pace" | "askAbovePercent">): Promise<string> {
    const bytes = await readFile(file);
    const announced: UploadRequest = { fileName: basename(file), bytes: bytes.length, ...options };
    const accepted = await this.#send("POST", "/imports", JSON.stringify(announced));
    const { id, pieceBytes, pieces } = (await accepted.json()) as UploadAccepted;
    for (let n = 0; n < pieces; n++) {
      const piece = new Uint8Array(bytes.subarray(n * pieceBytes, (n + 1) * pieceBytes));
      await this.#send("PUT", `/imports/${id}/pieces/${n}`, piece);
    }
    return id;
  }

  async start(id: string): Promise<void> {
    await this.#send("POST", `/imports/${id}/start`);
  }

  async view(id: string): Promise<ImportView> {
    const answer = await (await this.#send("GET", `/runs/${id}`)).json();
    const [view] = viewsOfRun((answer as { run: Parameters<typeof viewsOfRun>[0] }).run);
    if (view === undefined) throw new Error(`Run ${id} is no import.`);
    return view;
  }

  async loaded(id: string): Promise<LoadedRow[]> {
    return this.#all<LoadedRow>(`/imports/${id}/loaded`);
  }

  async rejected(id: string): Promise<RejectedRow[]> {
    return this.#all<RejectedRow>(`/imports/${id}/rejected`);
  }

  /** Any request below the workspace's address; the answer as it is. */
  async fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`${this.#origin()}/agents/import-agent/${this.#workspace}${path}`, init);
  }

  async #send(method: string, path: string, body?: string | Uint8Array<ArrayBuffer>): Promise<Response> {
    const response = await this.fetch(path, body === undefined ? { method } : { method, body });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }

  async #all<Row>(path: string): Promise<Row[]> {
    const all: Row[] = [];
    for (;;) {
      const answer = await this.#send("GET", `${path}?offset=${all.length}&limit=200`);
      const { rows, total } = (await answer.json()) as RowPage<Row>;
      all.push(...rows);
      if (rows.length === 0 || all.length >= total) return all;
    }
  }
}
