import { type FSWatcher, watch } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";

/** Editors write a file in several strokes. */
const SETTLE_MS = 60;
/** The system's notices are hints: they may be lost, or be missing altogether on network drives and in containers. */
const LOOK_MS = 1000;
/** A tree with more folders than this is watched as far as that goes. */
const MAX_FOLDERS = 5000;
const NEVER_LOOKED_INTO: ReadonlySet<string> = new Set(["node_modules", ".git", ".pawl", ".wrangler", ".vite"]);

export interface WatchSet {
  /** Files; one that is not there yet is missed until it is. */
  readonly files: readonly string[];
  /** Folders with everything below them. */
  readonly folders?: readonly string[];
  /** Folders with the sources below them, known by their names: what a server or a log writes there is none. */
  readonly sources?: readonly string[];
  /** Folders that are not looked into, wherever they are. */
  readonly except?: readonly string[];
}

/** What files were like at one moment. */
export interface Snapshot {
  readonly marks: ReadonlyMap<string, string>;
  /** `MISSING` for one that was not there; undefined when nobody has looked. */
  readonly markOf: (path: string) => string | undefined;
}

const MISSING = "missing";
const SOURCE =
  /\.(?:[cm]?[jt]sx?|jsonc?|toml|css|html?|txt|md|sql|svg|wasm|bin)$|(?:^|[\\/])\.(?:env|dev\.vars)[^\\/]*$/;

/** Tells when files have changed, come or gone: by what the system notices, checked against what is there. */
export class FileWatcher {
  readonly #onChange: (paths: readonly string[]) => void;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #timer: NodeJS.Timeout;
  #set: WatchSet = { files: [] };
  #known: ReadonlyMap<string, string> = new Map();
  #settle: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  /** @param onChange never called while a call of `follow` is under way */
  constructor(onChange: (paths: readonly string[]) => void) {
    this.#onChange = onChange;
    this.#timer = setInterval(() => this.#hint(), LOOK_MS);
  }

  /**
   * From now on watches these instead. Resolves when it knows what they are like.
   * @param earlier what a file was like when it was read, from `look`: what has changed since counts as a change.
   * Undefined for one that is as it is now.
   */
  follow(set: WatchSet, earlier: (path: string) => string | undefined = () => undefined): Promise<void> {
    return this.#queue(async () => {
      this.#set = set;
      const { marks } = await look(set);
      this.#known = new Map([...marks].map(([path, mark]) => [path, earlier(path) ?? mark]));
      this.#listen(marks);
      // What has changed meanwhile, nobody gives notice of.
      this.#hint();
    });
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#settle);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #queue(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(() => (this.#isClosed ? undefined : work()));
    return this.#work;
  }

  #hint(): void {
    if (this.#isClosed) return;
    this.#settle ??= setTimeout(() => {
      this.#settle = undefined;
      void this.#queue(() => this.#check());
    }, SETTLE_MS);
  }

  async #check(): Promise<void> {
    const { marks: now } = await look(this.#set);
    const changed = [...now].filter(([path, mark]) => this.#known.get(path) !== mark).map(([path]) => path);
    changed.push(...[...this.#known.keys()].filter((path) => !now.has(path)));
    this.#known = now;
    if (changed.length === 0 || this.#isClosed) return;
    this.#listen(now);
    this.#onChange(changed);
  }

  /** One watcher a folder: files are replaced by others of the same name, which watchers of files do not survive. */
  #listen(files: ReadonlyMap<string, string>): void {
    const folders = new Set([...files.keys()].map((path) => dirname(path)));
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) {
      if (this.#watchers.has(folder) || this.#watchers.size >= MAX_FOLDERS) continue;
      try {
        const watcher = watch(folder, { persistent: false }, () => this.#hint());
        watcher.on("error", () => {
          watcher.close();
          this.#watchers.delete(folder);
        });
        this.#watchers.set(folder, watcher);
      } catch {
        // Not there, or more than the system allows: then it is found by looking.
      }
    }
  }
}

/** What the files of a set are like at this moment. */
export async function look({ files, folders = [], sources = [], except = [] }: WatchSet): Promise<Snapshot> {
  const paths = new Set(files);
  for (const path of await filesBelow(folders, except)) paths.add(path);
  for (const path of await filesBelow(sources, except)) if (SOURCE.test(path)) paths.add(path);
  const marks = new Map(await Promise.all([...paths].map(async (path) => [path, await markOf(path)] as const)));
  const all = [...folders, ...sources];
  return {
    marks,
    markOf: (path) => marks.get(path) ?? (all.some((folder) => isLookedAt(folder, path, except)) ? MISSING : undefined),
  };
}

function isLookedAt(folder: string, path: string, except: readonly string[]): boolean {
  if (!isBelow(folder, path) || except.some((excepted) => isBelow(excepted, path))) return false;
  const names = relative(folder, path).split(sep);
  return !names.some((name) => NEVER_LOOKED_INTO.has(name));
}

export function isBelow(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

async function filesBelow(folders: readonly string[], except: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  const left = [...folders];
  let seen = 0;
  for (let folder = left.pop(); folder !== undefined && seen < MAX_FOLDERS; folder = left.pop()) {
    if (except.includes(folder)) continue;
    seen++;
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      const path = join(folder, entry.name);
      if (entry.isFile()) files.push(path);
      else if (entry.isDirectory() && !NEVER_LOOKED_INTO.has(entry.name)) left.push(path);
    }
  }
  return files;
}

async function markOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return MISSING;
  }
}
