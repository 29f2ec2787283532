export type { Bundle, BundleModule } from "./bundle.ts";
export { readBundle } from "./bundle-manifest.ts";
export { compile, type CompileOptions } from "./compile.ts";
export { envTypes } from "./env-types.ts";
export { codeFrame } from "./code-frame.ts";
export {
  BuildCommandError,
  BuildError,
  type BuildProblem,
  ConfigError,
  type ConfigFault,
  ConfigNotFoundError,
  type FilePlace,
  formatPlace,
  PawlError,
  shortPath,
} from "./errors.ts";
export { makeFolder } from "./make-folder.ts";
export type {
  AssetsConfig,
  BuildCommand,
  BundlingConfig,
  ConfigNote,
  DurableObjectBinding,
  JsonValue,
  ModuleRule,
  Project,
  WorkflowConfig,
} from "./project.ts";
export { readProject, type ReadProjectOptions } from "./read-project.ts";
export { secretFiles } from "./secrets.ts";
export { createFrameFinder, createStackMapper, type SourceFrame } from "./source-map.ts";
