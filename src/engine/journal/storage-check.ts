import { STORAGE_REFUSES } from "../base/storage-failure.ts";

/** What follows a failure writes as much as this first, so that a crumb of room is not taken for room. */
const CHECK_BYTES = 256 * 1024;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 10_000;
/** An object that ends this soon after its check has failed; one that is evicted lives longer. */
const SOON_MS = 5000;

/** What is known of the objects of one shard that were here before, in this process. */
interface Past {
  /** Objects in a row that ended before a write of theirs, or soon after it, was on disk. */
  readonly failures: number;
  /** When the check was passed; `undefined` while that is awaited. */
  passedAt: number | undefined;
}

const pasts = new Map<number, Past>();

/**
 * Whether a shard can write. A write that the disk refuses ends the object with everything that was under way, and no
 * code in it runs any more that could take notice. The next object starts from what is on disk, and must not call the
 * application's code before it knows that what comes of it can be kept: a full disk would make every step be repeated
 * over and over. So it writes first, and waits until that is on disk. When that fails as well, the object after it
 * takes its time before it tries; meanwhile reads are answered and writes refused.
 */
export class StorageCheck {
  /** Resolves when a write is on disk; never when this object comes to its end instead. */
  readonly passed: Promise<void>;
  readonly #storage: DurableObjectStorage;
  readonly #past: Past;
  #isPassed = false;
  #pass = (): void => {};
  #underWay: Promise<void> | undefined;

  constructor(storage: DurableObjectStorage, shard: number) {
    this.#storage = storage;
    this.passed = new Promise((resolve) => {
      this.#pass = resolve;
    });
    const former = pasts.get(shard);
    const hasFailed = former !== undefined && (former.passedAt === undefined || Date.now() - former.passedAt < SOON_MS);
    this.#past = { failures: hasFailed ? former.failures + 1 : 0, passedAt: undefined };
    pasts.set(shard, this.#past);
    // The first one after a failure tries at once: it may have been something else.
    this.#runAfter(waitAfter(this.#past.failures - 1));
  }

  get isPassed(): boolean {
    return this.#isPassed;
  }

  /** Checks at once, unless that is done. @throws what the platform says of the write, as it ends this object */
  async run(): Promise<void> {
    if (!this.#isPassed) await this.#write(this.#past.failures === 0 ? 0 : CHECK_BYTES);
  }

  /** Something else could not write: resolves when it is not for want of room that this object would miss as well. */
  again(): Promise<void> {
    return this.#write(CHECK_BYTES);
  }

  /**
   * Resolves when it is known that writes are kept.
   * @throws Error at once while the check of this object still waits, since the last one has failed
   */
  async beforeWrite(): Promise<void> {
    if (this.#isPassed) return;
    if (this.#underWay === undefined) throw new Error(STORAGE_REFUSES);
    await this.passed;
  }

  #runAfter(waitMs: number): void {
    const run = (): void => {
      // Most likely the object has ended with it; if not, it is to try again.
      this.run().catch(() => this.#runAfter(LONGEST_WAIT_MS));
    };
    if (waitMs === 0) run();
    else setTimeout(run, waitMs);
  }

  #write(bytes: number): Promise<void> {
    this.#underWay ??= this.#writeNow(bytes).finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #writeNow(bytes: number): Promise<void> {
    const put = "INSERT OR REPLACE INTO meta (key, value) VALUES ('check', ?)";
    this.#storage.sql.exec(put, new Uint8Array(bytes));
    await this.#storage.sync();
    if (bytes > 0) this.#storage.sql.exec(put, new Uint8Array(0));
    this.#past.passedAt ??= Date.now();
    this.#isPassed = true;
    this.#pass();
  }
}

/** @param failures how many checks in a row have failed */
export function waitAfter(failures: number): number {
  return failures <= 0 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS);
}
