import { Hono } from "hono";
import type { Context } from "hono";
import { type ErrorAnswer, type ReportPage, faultKinds, limits } from "../../protocol/import.ts";
import { attachment } from "../csv/export.ts";
import { Refusal } from "../import/refusal.ts";
import { readBody } from "../import/read-body.ts";
import { readUploadRequest } from "../import/upload-request.ts";
import type { ImportStore } from "../store/import-store.ts";
import { type ImportRecord, keyColumnOf } from "../store/imports.ts";
import { loadedCsv, rejectedCsv } from "./downloads.ts";
import type { Uploads } from "./uploads.ts";

/** The agent's own HTTP side: uploads in, pages and downloads out. Runs have the library's. */
export function agentRoutes({ imports, pages }: ImportStore, uploads: Uploads) {
  const app = new Hono().basePath("/agents/:agent/:workspace");

  const recordOf = (c: Context): ImportRecord => {
    const record = imports.get(c.req.param("id") ?? "");
    if (record === null) throw new Refusal("unknown_import", "This import does not exist in this workspace.", 404);
    return record;
  };

  app.post("/imports", async (c) => {
    const tooLarge = () => new Refusal("request_too_large", "This request is too large.", 413);
    const body = await readBody(c.req.raw, limits.announcementBytes, tooLarge);
    return c.json(await uploads.accept(readUploadRequest(parseJson(body))), 201);
  });

  app.put("/imports/:id/pieces/:n", async (c) => {
    const n = wholeNumber(c.req.param("n"), -1);
    const tooLarge = () => new Refusal("piece_too_large", "This piece is too large.", 413);
    const bytes = await readBody(c.req.raw, limits.pieceBytes, tooLarge);
    uploads.receivePiece(c.req.param("id"), n, bytes.buffer);
    return c.body(null, 204);
  });

  app.post("/imports/:id/start", async (c) => {
    await uploads.start(c.req.param("id"));
    return c.body(null, 202);
  });

  app.delete("/imports/:id", (c) => {
    uploads.drop(c.req.param("id"));
    return c.body(null, 204);
  });

  app.get("/imports/:id/report", (c) => {
    const record = recordOf(c);
    const { id, columns } = record;
    return c.json<ReportPage>({ keyColumn: keyColumnOf(record), columns, statistics: pages.statistics(id) });
  });

  app.get("/imports/:id/examples", (c) => c.json({ examples: pages.examples(recordOf(c).id, faultKinds) }));

  app.get("/imports/:id/loaded", (c) => {
    const { offset, limit } = page(c);
    return c.json(pages.loaded(recordOf(c).id, offset, limit));
  });

  app.get("/imports/:id/rejected", (c) => {
    const { offset, limit } = page(c);
    return c.json(pages.rejected(recordOf(c).id, offset, limit));
  });

  app.get("/imports/:id/loaded.csv", (c) => {
    const record = recordOf(c);
    return csvAnswer(loadedCsv(record, pages), record.fileName, "loaded");
  });

  app.get("/imports/:id/rejected.csv", (c) => {
    const record = recordOf(c);
    return csvAnswer(rejectedCsv(record, pages), record.fileName, "rejected");
  });

  app.notFound((c) => c.json<ErrorAnswer>({ error: { code: "not_found", message: "There is nothing here." } }, 404));

  app.onError((error, c) => {
    if (error instanceof Refusal) {
      return c.json<ErrorAnswer>({ error: { code: error.code, message: error.message } }, error.httpStatus);
    }
    console.error(error);
    const message = "Something went wrong on the server. Its log says what.";
    return c.json<ErrorAnswer>({ error: { code: "internal", message } }, 500);
  });

  return app;
}

function csvAnswer(body: ReadableStream<Uint8Array>, fileName: string, suffix: string): Response {
  return new Response(body, {
    headers: {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": attachment(fileName, suffix),
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
    },
  });
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw new Refusal("malformed", "The request is not JSON.", 400);
  }
}

function page(c: Context): { offset: number; limit: number } {
  const limit = Math.min(Math.max(wholeNumber(c.req.query("limit"), 25), 1), limits.pageSize);
  return { offset: wholeNumber(c.req.query("offset"), 0), limit };
}

function wholeNumber(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : otherwise;
}
