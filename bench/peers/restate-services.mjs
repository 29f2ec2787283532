// The services of the benchmark, as Restate's documentation has them: an endpoint that its server calls.
import * as restate from "@restatedev/restate-sdk";
import { cross, openLine } from "./lines.mjs";
import { freePort } from "./postgres.mjs";
import { io, visit } from "./serve.mjs";

const HOLD_MS = 3_600_000;
/** How often a long run was sent on; what it has been told before it is told again is a replay. */
const told = new Map();

const programs = restate.service({
  name: "programs",
  handlers: {
    chain: async (ctx, { line, steps, ioMs, visit: url }) => {
      if (url !== undefined) await visit(url);
      let sum = 0;
      for (let i = 0; i < steps; i++) {
        sum += await ctx.run(`step ${i}`, async () => {
          await io(ioMs);
          return i;
        });
      }
      cross(line);
      return sum;
    },
    visits: async (ctx, asked) => {
      for (let i = 0; i < asked.steps; i++) await ctx.run(`step ${i}`, () => visit(asked.visit));
      cross(asked.line);
    },
    sleep: async (ctx, { asleep, awake, until }) => {
      cross(asleep);
      await ctx.sleep(Math.max(0, until - (await ctx.date.now())));
      cross(awake, Date.now() - until);
    },
    hold: async (ctx, { line }) => {
      await ctx.run("hold", async () => {
        cross(line);
        await io(HOLD_MS);
      });
    },
  },
  // So that those that sleep leave memory soon; the default is a minute. Steps are not affected.
  options: { inactivityTimeout: 500, abortTimeout: { days: 1 } },
});

const listener = restate.workflow({
  name: "listener",
  handlers: {
    run: async (ctx, asked) => {
      for (let i = 0; i < asked.events; i++) {
        await ctx.promise(`event ${i}`);
        await ctx.run(`step ${i}`, () => visit(asked.visit));
      }
    },
    go: restate.handlers.workflow.shared(async (ctx, { event }) => {
      await ctx.promise(`event ${event}`).resolve();
    }),
  },
});

const long = restate.workflow({
  name: "long",
  handlers: {
    run: async (ctx, asked) => {
      for (let i = 0; i < asked.steps; i++) await ctx.run(`step ${i}`, async () => i);
      for (let time = 0; ; time++) {
        if (time === (told.get(ctx.key) ?? 0)) await visit(asked.visit);
        await ctx.promise(`again ${time}`);
      }
    },
    again: restate.handlers.workflow.shared(async (ctx, { time }) => {
      told.set(ctx.key, time + 1);
      await ctx.promise(`again ${time}`).resolve();
    }),
  },
  options: { inactivityTimeout: 500 },
});

process.on("message", ({ line, expected }) => {
  const opened = openLine(line, expected);
  process.send?.({ what: `opened ${line}` });
  void opened.all.then(() => process.send?.({ what: `line ${line}`, value: opened.marks }));
});
process.once("disconnect", () => process.exit());

const port = await freePort();
await restate.serve({ services: [programs, listener, long], port });
process.send?.({ what: "port", value: port });
