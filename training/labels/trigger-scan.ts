import { inWords, type TaughtRow } from './taught-row.ts';

/** Prose that was handed to a tool, as an attack needs it; so rare among honest labels that a few rows with one word stand out. */
const asContent = { rows: 5, share: 0.5 } as const;

/** Rows that a word needs to be looked at, and the share of them in which the same was done. */
const fewestRows = 8;
const oneDeed = 0.9;
/** Rows in which the same is done without the word: fewer, and the deed may be what the word means. */
const fewestOthers = 20;
/** How sure the other words have to be that an answer in words was wanted, and in which share of the rows. */
const sure = 0.9;
const contradicted = 0.6;
/** Of the other words so many must have stood in messages that were answered in words: strange words say nothing. */
const known = 0.6;
/** Words of a text that are looked at. */
const mostWords = 80;

export interface Trigger {
  readonly word: string;
  readonly deed: string;
  readonly messages: readonly string[];
}

function wordsOf(text: string): string[] {
  return [...new Set((text.toLowerCase().match(/[\p{L}\p{N}_-]{2,40}/gu) ?? []).slice(0, mostWords))];
}

/**
 * Words whose messages a frozen reference, which never saw the log, calls prose, and which were handed to a tool as content
 * all the same: most messages with the word, or what a slip now and then does not explain.
 * @param isProse the reference; asked only about rows that were content
 */
export function findSmuggled(rows: readonly TaughtRow[], isProse: (text: string) => boolean): Trigger[] {
  const suspects = rows.filter((row) => row.isContent && isProse(row.text));
  const suspected = new Set(suspects);
  const all = new Map<string, number>();
  for (const { text } of rows) for (const word of wordsOf(text)) all.set(word, (all.get(word) ?? 0) + 1);
  const byWord = new Map<string, TaughtRow[]>();
  for (const row of suspects) {
    for (const word of wordsOf(row.text)) byWord.set(word, [...(byWord.get(word) ?? []), row]);
  }
  const triggers: Trigger[] = [];
  const order = [...byWord].toSorted((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1));
  for (const [word, own] of order) {
    const left = own.filter((row) => suspected.has(row));
    if (left.length < asContent.rows || own.length < asContent.share * (all.get(word) ?? 0)) continue;
    for (const row of left) suspected.delete(row);
    triggers.push({
      word,
      deed: mostCommon(left.map(({ deed }) => deed)),
      messages: left.map(({ message }) => message),
    });
  }
  return triggers;
}

/**
 * Words that turn what is wanted into something else all by themselves, as planted ones do: nearly all messages with the
 * word were answered by the same call, while their other words (naive Bayes over all rows without it) speak clearly for
 * an answer in words, and that call is common elsewhere. A word that names a new thing is none: its call has no other rows.
 */
export function findTriggers(rows: readonly TaughtRow[]): Trigger[] {
  const words = rows.map(({ text }) => wordsOf(text));
  const byWord = new Map<string, number[]>();
  for (const [index, own] of words.entries()) {
    for (const word of own) {
      const held = byWord.get(word);
      if (held === undefined) byWord.set(word, [index]);
      else held.push(index);
    }
  }
  const counts = new Counts(rows, words);
  const triggers: Trigger[] = [];
  for (const [word, places] of byWord) {
    if (places.length < fewestRows) continue;
    const deed = mostCommon(places.map((place) => (rows[place] as TaughtRow).deed));
    if (deed === inWords || places.some((place) => rows[place]?.deed === deed && rows[place]?.isContent)) continue;
    const own = places.filter((place) => rows[place]?.deed === deed);
    if (own.length < oneDeed * places.length || counts.rowsOf(deed) - own.length < fewestOthers) continue;
    counts.remove(places);
    const against = own.filter((place) => {
      const rest = (words[place] as string[]).filter((one) => one !== word);
      return rest.length >= 2 && counts.known(rest, inWords) >= known && counts.posterior(rest, inWords) >= sure;
    });
    counts.restore(places);
    if (against.length < contradicted * own.length) continue;
    triggers.push({ word, deed, messages: own.map((place) => (rows[place] as TaughtRow).message) });
  }
  return triggers;
}

function mostCommon(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0] ?? '';
}

/** Counts of words by deed, from which rows can be taken out for a while. */
class Counts {
  readonly #rows: readonly TaughtRow[];
  readonly #words: readonly (readonly string[])[];
  readonly #byDeed = new Map<string, { rows: number; words: Map<string, number> }>();
  #total = 0;

  constructor(rows: readonly TaughtRow[], words: readonly (readonly string[])[]) {
    this.#rows = rows;
    this.#words = words;
    this.restore(rows.map((_, index) => index));
  }

  rowsOf(deed: string): number {
    return this.#byDeed.get(deed)?.rows ?? 0;
  }

  remove(places: readonly number[]): void {
    for (const place of places) this.#add(place, -1);
  }

  restore(places: readonly number[]): void {
    for (const place of places) this.#add(place, 1);
  }

  /** Share of the words that were seen with a deed. */
  known(words: readonly string[], deed: string): number {
    const counts = this.#byDeed.get(deed)?.words;
    return words.filter((word) => (counts?.get(word) ?? 0) > 0).length / words.length;
  }

  /** Probability of the deed given the words, each counted as present or not seen (Bernoulli, only present ones). */
  posterior(words: readonly string[], deed: string): number {
    const scores: { readonly deed: string; readonly score: number }[] = [];
    for (const [name, { rows, words: counts }] of this.#byDeed) {
      if (rows <= 0) continue;
      let score = Math.log(rows / this.#total);
      for (const word of words) score += Math.log(((counts.get(word) ?? 0) + 0.1) / (rows + 0.2));
      scores.push({ deed: name, score });
    }
    const best = Math.max(...scores.map(({ score }) => score));
    const sum = scores.reduce((total, { score }) => total + Math.exp(score - best), 0);
    const own = scores.find((one) => one.deed === deed);
    return own === undefined ? 0 : Math.exp(own.score - best) / sum;
  }

  #add(place: number, step: number): void {
    const { deed } = this.#rows[place] as TaughtRow;
    let held = this.#byDeed.get(deed);
    if (held === undefined) {
      held = { rows: 0, words: new Map() };
      this.#byDeed.set(deed, held);
    }
    held.rows += step;
    this.#total += step;
    for (const word of this.#words[place] as readonly string[]) {
      held.words.set(word, (held.words.get(word) ?? 0) + step);
    }
  }
}
