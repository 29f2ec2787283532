/** What the page and the Worker say to each other: change this first. */

/** What a run is given. */
export interface TaskParams {
  items: string[];
}

/** What it has to say about each item. */
export interface ItemResult {
  /** 1, 2, 3… */
  number: number;
  item: string;
  letters: number;
}

export const MOST_ITEMS = 20;
