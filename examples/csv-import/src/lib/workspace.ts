const rememberedAs = "csv-import:workspace";
const valid = /^[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?$/;

const adjectives = "amber bold brisk calm clear coral early fair fresh gentle golden green happy keen light".split(" ");
adjectives.push(
  ..."lively lucky mellow merry misty nimble plain quiet rapid rosy silver sunny swift tidy warm".split(" "),
);
const nouns = "badger beech birch brook cedar cliff cove crane dune falcon fern finch fjord grove harbor heron".split(
  " ",
);
nouns.push(
  ..."island lark maple meadow orchard otter pebble pine plover quarry reef river robin spruce tern willow".split(" "),
);

export function isWorkspaceName(name: string): boolean {
  return valid.test(name);
}

/** The workspace of the address `/w/<name>`, or null. */
export function workspaceOfPath(path: string): string | null {
  const name = /^\/w\/([^/]+)\/?$/.exec(path)?.[1];
  return name !== undefined && isWorkspaceName(name) ? name : null;
}

/** The workspace this browser was in last, or a new one with a name one can say on the phone. */
export function rememberedWorkspace(): string {
  const name = readRemembered();
  return name !== null && isWorkspaceName(name) ? name : newWorkspaceName();
}

export function rememberWorkspace(name: string): void {
  try {
    localStorage.setItem(rememberedAs, name);
  } catch (error) {
    // Storage may be switched off. The address still holds the name.
    console.info("The workspace cannot be remembered:", error);
  }
}

export function newWorkspaceName(): string {
  const pick = (words: readonly string[]) => words[Math.floor(Math.random() * words.length)] ?? "plain";
  return `${pick(adjectives)}-${pick(nouns)}-${Math.floor(Math.random() * 900) + 100}`;
}

function readRemembered(): string | null {
  try {
    return localStorage.getItem(rememberedAs);
  } catch {
    return null;
  }
}
