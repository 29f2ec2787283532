// The part of Node's module that workerd has and this room uses.
declare module "node:async_hooks" {
  export class AsyncLocalStorage<T> {
    static snapshot(): <R>(work: () => R) => R;
    run<R>(store: T, work: () => R): R;
    getStore(): T | undefined;
  }
}
