/**
 * The compiler's output: a folder that holds everything a Durable Objects host needs to run the application.
 *
 *     <outDir>/worker/index.js       the bundle, an ES module with the engine inside
 *     <outDir>/worker/index.js.map   its source map, paths relative to the map
 *     <outDir>/worker/…              further modules that the bundle imports (.wasm, .txt, .bin)
 *     <outDir>/bundle.json           this value, without secrets and with paths below <outDir>; there only when the build is whole
 */
export interface Bundle {
  readonly outDir: string;
  /** File names below `<outDir>/worker`, the main module first. */
  readonly modules: readonly BundleModule[];
  /** Absolute path of the source map. */
  readonly sourceMap: string;
  /** `YYYY-MM-DD`. */
  readonly compatibilityDate: string;
  /** The user's flags and those that the bundle turned out to need (for example `enable_nodejs_os_module`). */
  readonly compatibilityFlags: readonly string[];
  /** All Durable Object classes that the bundle exports, the engine among them. */
  readonly durableObjectClasses: readonly string[];
}

export interface BundleModule {
  readonly name: string;
  readonly kind: "esModule" | "wasm" | "text" | "data";
}
