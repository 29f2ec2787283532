import { DELTAS_QUERY } from "../../agent/protocol.ts";

/** Which agent, where, and who asks. */
export interface AgentOptions {
  /** Name of the agent's class, or of its binding; `ImportAgent` and `import-agent` are the same. */
  agent: string;
  /** Name of the agent's instance. Default: `default`. */
  name?: string | undefined;
  /**
   * Where the agents are: `https://app.example.com`, or `localhost:8787`. A path behind it counts.
   * Default: where the page comes from.
   */
  host?: string | undefined;
  /** Path to the agent in place of `agents/<agent>/<name>`, for servers that choose the instance themselves. */
  basePath?: string | undefined;
  /**
   * Says to the server who this is, as `token` in the query, which works from any origin. A function is called before
   * every connection, reconnections included: give one for tokens that expire. A different text is a different user:
   * it gets a connection of its own.
   */
  token?: string | (() => string | null | Promise<string | null>) | undefined;
  /** More for the query. Different values get a connection of their own. */
  query?: Readonly<Record<string, string | null | undefined>> | undefined;
  /** Tells users apart whose `token` is a function: change it when another one has signed in. */
  session?: string | undefined;
}

/** Where a page stands: `location` has it. */
interface Page {
  host: string;
  protocol: string;
}

/** Options with the same key share one connection. */
export function keyOf({ agent, name, host, basePath, token, query, session }: AgentOptions): string {
  const sorted = Object.entries(query ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const user = [typeof token === "string" ? token : null, sorted, session ?? null];
  return JSON.stringify([host ?? null, basePath ?? null, kebabCase(agent), name ?? "default", ...user]);
}

/** The part of PartySocket's options that says where to connect to: the same place where `useAgent` connects to. */
export function placeOf(options: AgentOptions, page: Page | undefined) {
  const { host, protocol } = hostOf(options.host, page);
  const path =
    options.basePath === undefined
      ? { prefix: "agents", party: kebabCase(options.agent), room: checkName(options.name ?? "default") }
      : { basePath: options.basePath };
  return { host, ...(protocol && { protocol }), ...path };
}

/** The query of the next connection. @throws whatever the function for the token throws */
export async function queryOf({ token, query }: AgentOptions): Promise<Record<string, string>> {
  const value = typeof token === "function" ? await token() : token;
  const all = Object.entries({ ...query, token: value ?? query?.["token"], ...DELTAS_QUERY });
  return Object.fromEntries(all.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

function hostOf(host: string | undefined, page: Page | undefined): { host: string; protocol?: "ws" | "wss" } {
  if (host === undefined) {
    if (page === undefined) throw new Error("There is no page to take the address from: give useWorkflow a `host`.");
    return { host: page.host, protocol: page.protocol === "https:" ? "wss" : "ws" };
  }
  const [, scheme, rest = ""] = /^(?:(https?|wss?):\/\/)?(.*?)\/*$/.exec(host) ?? [];
  if (rest === "") throw new Error(`"${host}" is no host: give useWorkflow one like https://app.example.com.`);
  // Without a scheme PartySocket decides: ws for this machine and private addresses, wss for all others.
  if (scheme === undefined) return rest === page?.host ? hostOf(undefined, page) : { host: rest };
  return { host: rest, protocol: scheme === "https" || scheme === "wss" ? "wss" : "ws" };
}

function checkName(name: string): string {
  if (name !== "" && !/[/?#]/.test(name)) return name;
  throw new Error(
    `An agent's name is part of its address and must not be empty or have /, ? or # in it; here: "${name}".`,
  );
}

/** How the Agents SDK writes the name of a class in an address. */
export function kebabCase(name: string): string {
  const isLoud = name === name.toUpperCase() && name !== name.toLowerCase();
  if (isLoud) return name.toLowerCase().replaceAll("_", "-");
  const words = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace(/^-/, "");
  return words.replaceAll("_", "-").replace(/-$/, "");
}
