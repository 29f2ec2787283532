/**
 * The cache behind `caches.default` and `caches.open()`: it never holds anything, as on a machine of Cloudflare's that
 * is asked for the first time. Without one, workerd makes every use of `caches` an error.
 */
export default {
  async fetch(request): Promise<Response> {
    // workerd speaks HTTP here: PUT stores, PURGE deletes, GET asks and takes 504 for "no".
    if (request.method === "PUT") {
      await request.body?.pipeTo(new WritableStream());
      return new Response(null, { status: 204 });
    }
    if (request.method === "PURGE") return new Response(null, { status: 404 });
    return new Response(null, { status: 504, headers: { "cf-cache-status": "MISS" } });
  },
} satisfies ExportedHandler;
