/** The text as a pattern that matches it and nothing else (also for the bundler's own, simpler regular expressions). */
export function escapeRegExp(text: string): string {
  return text.replaceAll(/[\\^$.|?*+()[\]{}]/g, String.raw`\$&`);
}
