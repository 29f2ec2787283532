/** The part that `inside.ts` uses; workerd has it with any of the flags that bring modules of Node. */
declare module "node:async_hooks" {
  export class AsyncLocalStorage<T> {
    run<R>(store: T, callback: () => R): R;
    getStore(): T | undefined;
  }
}
