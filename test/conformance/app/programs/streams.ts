import { type Program, tried } from "../program.ts";

const NO_RETRY = { retries: { limit: 0, delay: 0 } };

function streamOf(...chunks: unknown[]): ReadableStream {
  return new ReadableStream({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

/** Length, and a sum that depends on the order of the bytes. */
async function digest(stream: unknown): Promise<unknown> {
  if (!(stream instanceof ReadableStream)) return `no stream: ${typeof stream}`;
  const bytes = new Uint8Array(await new Response(stream as ReadableStream<Uint8Array>).arrayBuffer());
  let sum = 0;
  for (const byte of bytes) sum = (sum * 31 + byte) % 1_000_003;
  return { length: bytes.length, sum };
}

/** The stream as `run` receives it, and as a replay does. */
const kept = (title: string, make: () => ReadableStream): Program => ({
  section: "6.11",
  title,
  run: async (step) => {
    const stream = await step.do("stream", NO_RETRY, make);
    const seen = await digest(stream);
    await step.do("after", () => 1);
    return seen;
  },
  drive: async ({ create, ended, tried }) => {
    const instance = await create();
    const first = await ended(instance);
    const restart = await tried(() => instance.restart({ from: { name: "after" } }));
    return { first, restart, replayed: await ended(instance) };
  },
  noHistory: "a stream in the history has a program of its own",
});

const bytes = (length: number, seed = 1): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * seed + i) % 251);

const notKept = (title: string, make: () => ReadableStream): Program => ({
  section: "6.11",
  title,
  run: async (step, _event, { trace }) => {
    const seen = await tried(async () =>
      digest(
        await step.do("stream", { retries: { limit: 1, delay: 1 } }, ({ attempt }) => {
          trace(`attempt ${attempt}`);
          return make();
        }),
      ),
    );
    return ["went on", seen];
  },
  noHistory: "the history of a refused result has a program of its own",
});

export const streams: readonly Program[] = [
  kept("a stream of one chunk", () => streamOf(bytes(10))),
  kept("a stream of three chunks", () => streamOf(bytes(10), bytes(20, 2), bytes(30, 3))),
  kept("an empty stream", () => streamOf()),
  kept("a stream with an empty chunk", () => streamOf(bytes(3), new Uint8Array(), bytes(3, 2))),
  kept("a stream of more than one stored piece", () => streamOf(bytes(200_000), bytes(200_000, 2))),
  kept("a stream of exactly one stored piece", () => streamOf(bytes(256 * 1024))),
  kept("a stream larger than a value may be", () =>
    streamOf(...Array.from({ length: 30 }, (_, i) => bytes(100_000, i))),
  ),
  kept("a stream of ArrayBuffers", () => streamOf(bytes(10).buffer, bytes(20, 2).buffer)),
  kept("a stream of Uint16Arrays", () => streamOf(new Uint16Array([1, 256, 65_535]))),
  kept("the body of a Response", () => new Response("text of the body").body ?? streamOf()),
  kept(
    "a stream whose chunks come with time",
    () =>
      new ReadableStream({
        async pull(controller) {
          await new Promise((resolve) => {
            setTimeout(resolve, 2);
          });
          controller.enqueue(bytes(5));
          controller.close();
        },
      }),
  ),
  kept("a chunk of exactly 16 MiB", () => streamOf(bytes(16 * 1024 * 1024))),
  notKept("a stream of text is refused", () => streamOf("text")),
  notKept("a stream of numbers is refused", () => streamOf(1, 2)),
  notKept("a stream of DataViews is refused", () => streamOf(new DataView(new ArrayBuffer(4)))),
  notKept("a locked stream is refused", () => {
    const stream = streamOf(bytes(4));
    stream.getReader();
    return stream;
  }),
  notKept(
    "a stream that fails on the way",
    () =>
      new ReadableStream({
        pull(controller) {
          controller.enqueue(bytes(5));
          controller.error(new Error("broken off"));
        },
      }),
  ),
  notKept("a chunk above 16 MiB is refused", () => streamOf(new Uint8Array(16 * 1024 * 1024 + 1))),
  {
    section: "6.11",
    title: "a stream that does not end in time",
    run: async (step, _event, { trace }) =>
      tried(async () =>
        digest(
          await step.do("stream", { timeout: 500, retries: { limit: 1, delay: 1 } }, ({ attempt }) => {
            trace(`attempt ${attempt}`);
            return attempt === 1 ? new ReadableStream() : streamOf(bytes(4));
          }),
        ),
      ),
    noHistory: "a stream in the history has a program of its own",
  },
  {
    section: "6.11",
    title: "an earlier attempt leaves nothing in the stream",
    run: async (step) =>
      digest(
        await step.do("stream", { timeout: 500, retries: { limit: 1, delay: 1 } }, ({ attempt }) =>
          attempt === 1
            ? new ReadableStream({
                start: (controller) => {
                  controller.enqueue(bytes(300_000));
                },
              })
            : streamOf(bytes(4)),
        ),
      ),
    noHistory: "a stream in the history has a program of its own",
  },
  {
    section: "6.11",
    title: "two streams at once",
    run: async (step) => {
      const [a, b] = await Promise.all([
        step.do("a", () => streamOf(bytes(1000))),
        step.do("b", () => streamOf(bytes(2000, 2))),
      ]);
      return [await digest(a), await digest(b)];
    },
    noHistory: "in which order two steps beside each other end is chance",
  },
  {
    section: "6.11",
    title: "a stream in an object is not one",
    run: async (step) => {
      const seen = await tried(() => step.do("s", NO_RETRY, () => ({ stream: streamOf(bytes(3)) })));
      return typeof seen === "string" ? seen : "an object";
    },
    noHistory: "the history of a refused result has a program of its own",
  },
];
