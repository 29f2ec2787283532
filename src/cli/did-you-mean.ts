import { nearest } from "../compiler/suggest.ts";

/** What a mistyped word was most likely meant to be; letters in the wrong order (`strat`) count as one slip. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const words = [...candidates].filter((candidate) => candidate.length > 1);
  return nearest(word, words) ?? words.find((candidate) => letters(candidate) === letters(word));
}

function letters(word: string): string {
  return word.split("").toSorted().join("");
}
