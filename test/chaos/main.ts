/** `npm run chaos`: see `args.ts` for what it takes. */
import { type ChaosArgs, type Command, HELP, readArgs } from "./args.ts";
import { campaign } from "./commands/campaign.ts";
import { powerLoss } from "./commands/power-loss.ts";
import { recovery } from "./commands/recovery.ts";
import { variants } from "./commands/variants.ts";

const COMMANDS: Readonly<Record<Command, (args: ChaosArgs) => Promise<number>>> = {
  campaign,
  variants,
  recovery,
  "power-loss": powerLoss,
  help: async () => {
    console.log(HELP);
    return 0;
  },
};

process.exitCode = await main();

async function main(): Promise<number> {
  let args: ChaosArgs;
  try {
    args = readArgs(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return 2;
  }
  return COMMANDS[args.command](args);
}
