import { join, resolve } from "node:path";
import { readProject, shortPath } from "../../compiler/index.ts";
import { bytesText, compactData } from "../../host/index.ts";
import { command } from "../command.ts";
import { PROJECT_ARG, VERBOSE_ARG } from "../common-args.ts";

export const compact = command(
  {
    name: "compact",
    summary: "Give the room of deleted workflow runs back to the disk",
    examples: [
      ["pawl compact", "the data of the project in this folder, while it is not being served"],
      ["pawl compact --data /var/lib/shop", "data elsewhere"],
    ],
  },
  {
    meta: { name: "compact" },
    args: {
      project: PROJECT_ARG,
      data: { type: "string", valueHint: "folder", description: "The data's folder (default: .pawl in the project)" },
      verbose: VERBOSE_ARG,
    },
    async run({ args }) {
      const path = args.data ?? join((await readProject(args.project)).root, ".pawl");
      const { shards, bytesBefore, bytesAfter } = await compactData(resolve(path));
      const gained = bytesText(Math.max(0, bytesBefore - bytesAfter));
      const what = shards === 1 ? "The database of 1 shard takes" : `The databases of ${shards} shards take`;
      process.stdout.write(
        `${what} ${bytesText(bytesAfter)} now; ${gained} given back, from ${shortPath(resolve(path))}.\n`,
      );
    },
  },
);
