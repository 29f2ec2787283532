/**
 * Whether the Worker sees a request before the assets do (`assets.run_worker_first`): a path that is excepted (`!`) is
 * not, whatever else matches; `*` spans folders.
 */
export function isWorkerFirst(rule: boolean | readonly string[], path: string): boolean {
  if (typeof rule === "boolean") return rule;
  const matches = (pattern: string): boolean => toRegExp(pattern).test(path);
  const excepted = rule.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1));
  if (excepted.some(matches)) return false;
  return rule.some((pattern) => !pattern.startsWith("!") && matches(pattern));
}

function toRegExp(pattern: string): RegExp {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join(".*")}$`);
}
