import type { Destination } from '../../engine/core/destination.ts';
import type { ContentClass } from './example.ts';
import { addressesSomebody } from './mixed/address-words.ts';
import { doubtAtEdges } from './mixed/doubt.ts';
import { Grams, maximumGrams } from './features/markers.ts';
import { Scan } from './features/scan.ts';
import { features } from './features/schema.ts';
import { addShapeWords, maximumShapeWords } from './features/shape-words.ts';
import { ShapeGrams } from './features/shapes.ts';
import { TextWindow } from './features/text-window.ts';
import { writeFeatures } from './features/write.ts';
import type { GrammarName } from './grammars/grammar.ts';
import { InstructionReader, saidOf, wishOf } from './mixed/instruction.ts';
import type { Wish } from './mixed/instruction-seeds.ts';
import type { LinearTable } from './words/linear-table.ts';
import type { ContentTrees } from './trees/content-trees.ts';
import type { Cut } from './mixed/parts.ts';
import { cutsOf, joined } from './mixed/parts.ts';

/** What the content markers tell apart; `mixed` is a payload with a sentence that says what to do with it. */
export const markerClasses = ['deterministic', 'fixed', 'prose', 'mixed'] as const;

const differences = [
  ['deterministic-prose', 'a command rather than a sentence'],
  ['fixed-prose', 'data rather than a sentence'],
  ['deterministic-fixed', 'a command rather than data'],
  ['mixed-prose', 'an instruction with a payload rather than a sentence'],
  ['mixed-bare', 'an instruction with a payload rather than a bare payload'],
] as const;

/** Numbers that the markers add to the features of a text: differences of the scores of its words, and of its shapes. */
export const markerFeatures: readonly { readonly name: string; readonly about: string }[] = [
  ...differences.map(([name, about]) => ({ name: `marker:${name}`, about: `learned words speak for ${about} by` })),
  ...differences.map(([name, about]) => ({ name: `shape:${name}`, about: `learned shapes speak for ${about} by` })),
];

/** First columns of the word markers and of the shape markers in a row. */
export const markerColumn: number = features.length;
export const shapeColumn: number = features.length + differences.length;

export const rowLength: number = features.length + markerFeatures.length;

/** Turns the four marker scores at `scores` into the marker features at `offset` of a row. */
export function writeMarkers(scores: Float64Array, row: Float64Array, offset: number): void {
  const deterministic = scores[0] as number;
  const fixed = scores[1] as number;
  const prose = scores[2] as number;
  const mixed = scores[3] as number;
  row[offset] = deterministic - prose;
  row[offset + 1] = fixed - prose;
  row[offset + 2] = deterministic - fixed;
  row[offset + 3] = mixed - prose;
  row[offset + 4] = mixed - Math.max(deterministic, fixed);
}

export interface KnownDestination {
  readonly key: string;
  readonly destination: Destination;
  readonly class: 'deterministic' | 'fixed';
  /** What its payloads have to be before they may be run; null where nothing is run, or the log shows no rule. */
  readonly grammar: GrammarName | null;
}

/** Everything that fitting learns. */
export interface RouterParts {
  readonly markers: LinearTable;
  readonly shapes: LinearTable;
  readonly trees: ContentTrees;
  readonly wishes: LinearTable;
  /** Null where no example had a destination. */
  readonly destinations: { readonly known: readonly KnownDestination[]; readonly table: LinearTable } | null;
  /** Confidence = sigmoid(slope x log-odds + shift), for settled content and for prose. */
  readonly calibration: Calibration;
}

export interface Calibration {
  readonly content: readonly [slope: number, shift: number];
  readonly prose: readonly [slope: number, shift: number];
}

/** A raw answer, before words are put around it. */
export interface Route {
  readonly class: ContentClass;
  /** Of deterministic, fixed and prose; they add up to 1. */
  readonly probabilities: readonly [number, number, number];
  readonly known: KnownDestination | null;
  /** Calibrated. */
  readonly confidence: number;
  /** Before calibration. */
  readonly score: number;
  readonly payload: string | null;
  readonly cut: Cut | null;
  readonly wish: Wish | null;
  /** Class of the payload alone, where the text was cut. */
  readonly content: ContentClass | null;
}

/** From this probability of being mixed, the text is searched for an instruction. */
const mixedGate = 0.05;
/** ... and from this probability that it has to be read. */
const readGate = 0.1;
/** Payloads of this many of the most likely cuts are looked at. */
const cutsLookedAt = 6;
const cutsOfSide = 3;
/** How clearly a cut must be an instruction beside content: in a text that reads as bare content, and in any other. */
const saidGate = 0.5;
const leastGate = 0.02;
/** A word of an instruction must be as likely as this, else the text passes up. */
const wishGate = 0.35;

/** The serving path: text in, route out; its buffers are reused, so one router serves one thread. */
export class Router {
  readonly parts: RouterParts;
  readonly window = new TextWindow();
  readonly scan = new Scan();
  readonly grams: Grams;
  readonly shapes = new ShapeGrams();
  readonly row = new Float64Array(rowLength);
  readonly #scores = new Float64Array(markerClasses.length);
  readonly #classes = new Float64Array(3);
  readonly #reader = new InstructionReader();
  readonly #destinationScores: Float64Array;
  readonly #destinationWords = new Int32Array(maximumGrams + maximumShapeWords);

  constructor(parts: RouterParts) {
    this.parts = parts;
    this.grams = new Grams(parts.markers.size);
    this.#destinationScores = new Float64Array(parts.destinations?.known.length ?? 0);
  }

  /** Fills `row` with all features of a text; the window and n-grams stay loaded with it. */
  measure(text: string): void {
    this.window.load(text);
    this.scan.run(this.window);
    writeFeatures(this.scan, this.row);
    this.grams.run(this.window);
    this.grams.addShape(this.scan);
    this.parts.markers.score(this.grams.found, this.grams.count, this.#scores);
    writeMarkers(this.#scores, this.row, markerColumn);
    this.shapes.run(this.scan.tokens, this.scan.tokenCount);
    this.parts.shapes.score(this.shapes.found, this.shapes.count, this.#scores);
    writeMarkers(this.#scores, this.row, shapeColumn);
  }

  route(text: string): Route {
    this.measure(text);
    this.parts.trees.classify(this.row, this.#classes);
    const classes = this.#classes;
    const execute = classes[0] as number;
    const keep = classes[1] as number;
    const read = classes[2] as number;
    const addressed = read < 0.5 && addressesSomebody(text);
    const mayBeMixed = read > readGate ? this.parts.trees.wants(this.row) > mixedGate : addressed;
    if (mayBeMixed && this.#mayHoldPayload()) {
      const mixed = this.#routeMixed(text, read);
      if (mixed !== null) return mixed;
    }
    // Data that is surely data is not executed, so that words of doubt in a field of it do no harm.
    if (addressed && (execute >= keep || read > readGate) && doubtAtEdges(text) !== null) {
      return this.#prose([execute, keep, read], 1 - read, null, 'ask', null);
    }
    if (this.window.length === 0 || (read >= execute && read >= keep)) {
      return this.#prose([execute, keep, read], read, null, null, null);
    }
    const which = execute >= keep ? 'deterministic' : 'fixed';
    const payload = this.window.fenced ? text.slice(this.window.start, this.window.end) : text;
    return this.#settle(which, [execute, keep, read], Math.max(execute, keep), payload, null, null);
  }

  /** One line of plain words holds no payload that anybody would dare to run. */
  #mayHoldPayload(): boolean {
    const { structural, lines, digits, symbols } = this.scan;
    return lines > 1 || structural > 0 || digits > 0 || symbols > 2;
  }

  #prose(
    probabilities: Route['probabilities'],
    score: number,
    cut: Cut | null,
    wish: Wish | null,
    content: ContentClass | null,
  ): Route {
    const confidence = calibrated(score, this.parts.calibration.prose);
    return { class: 'prose', probabilities, known: null, confidence, score, payload: null, cut, wish, content };
  }

  /** Expects the payload to be the text last measured. */
  #settle(
    which: 'deterministic' | 'fixed',
    probabilities: Route['probabilities'],
    sure: number,
    payload: string,
    cut: Cut | null,
    wish: Wish | null,
  ): Route {
    const found = this.#destination(which);
    const score = sure * (found?.share ?? 1);
    const confidence = calibrated(score, this.parts.calibration.content);
    const known = found?.known ?? null;
    const content = cut === null ? null : which;
    return { class: which, probabilities, known, confidence, score, payload, cut, wish, content };
  }

  #destination(which: 'deterministic' | 'fixed'): { known: KnownDestination; share: number } | null {
    const { destinations } = this.parts;
    if (destinations === null) return null;
    const scores = this.#destinationScores;
    const words = this.#destinationWords;
    const { found, count } = this.grams;
    for (let at = 0; at < count; at += 1) words[at] = found[at] as number;
    destinations.table.score(words, addShapeWords(this.row, 0, words, count), scores);
    let best = -1;
    let sum = 0;
    for (const [index, known] of destinations.known.entries()) {
      if (known.class !== which) continue;
      if (best < 0 || (scores[index] as number) > (scores[best] as number)) best = index;
    }
    if (best < 0) return null;
    const highest = scores[best] as number;
    for (const [index, known] of destinations.known.entries()) {
      if (known.class === which) sum += Math.exp((scores[index] as number) - highest);
    }
    return { known: destinations.known[best] as KnownDestination, share: 1 / sum };
  }

  /** The likeliest ways to read a text as words and payload: words before, after, or on both sides. */
  #readings(text: string): { readonly cut: Cut; readonly said: number }[] {
    const found: { cut: Cut; said: number }[] = [];
    const before: typeof found = [];
    const after: typeof found = [];
    for (const cut of cutsOf(text)) {
      const said = saidOf(text, cut, this.#reader, this.parts.wishes);
      if (said <= 0) continue;
      if (cut.joint === 'fence' || cut.joint === 'span') found.push({ cut, said });
      else if (said > leastGate) (cut.side === 'before' ? before : after).push({ cut, said });
    }
    keepLikeliest(before);
    keepLikeliest(after);
    const noneAfter = 1 - (after[0]?.said ?? 0);
    const noneBefore = 1 - (before[0]?.said ?? 0);
    for (const { cut, said } of before) found.push({ cut, said: said * noneAfter });
    for (const { cut, said } of after) found.push({ cut, said: said * noneBefore });
    for (const first of before) {
      for (const last of after) {
        const cut = joined(first.cut, last.cut);
        if (cut !== null) found.push({ cut, said: first.said * last.said });
      }
    }
    return found.toSorted((a, b) => b.said - a.said).slice(0, cutsLookedAt);
  }

  /**
   * Null where no cut reads as an instruction with a payload. A text that is prose as a whole and yet holds something that
   * is not was put together, so there the likeliest of its cuts counts; a text that reads as bare content, or a line without
   * a mark between words and payload, is cut only where the words are clearly an instruction. Where null is returned, the
   * whole text is what was measured last.
   */
  #routeMixed(text: string, read: number): Route | null {
    let best: { cut: Cut; content: Float64Array; score: number } | null = null;
    let sum = 0;
    const isBare = read < 0.5;
    const gate = isBare ? saidGate : leastGate;
    for (const { cut, said } of this.#readings(text)) {
      // No score is above `said`, and the later ones are not above this one: what cannot win is not measured.
      if (isBare && (said < gate || (best !== null && said <= best.score))) break;
      this.measure(text.slice(cut.start, cut.end));
      const content = new Float64Array(3);
      this.parts.trees.classify(this.row, content);
      const score = said * (1 - (content[2] as number));
      sum += score;
      if (best === null || score > best.score) best = { cut, content, score };
    }
    if (best === null) return null;
    if (best.score < gate) {
      this.measure(text);
      return null;
    }
    const { cut, content, score } = best;
    // Where the whole is prose, a cut is as sure as it is ahead of the others; where it is content, as it is by itself.
    const isAmongWords = cut.joint === 'word';
    const cutShare = isBare || isAmongWords ? score : Math.max(score, score / sum);
    const wish = wishOf(cut.instruction, this.#reader, this.parts.wishes);
    const [run = 0, keep = 0, ask = 0] = wish.map((share) => share * cutShare);
    const execute = (content[0] as number) * run;
    const store = (content[1] as number) * keep;
    const rest = Math.max(0, 1 - execute - store);
    const payload = text.slice(cut.start, cut.end);
    const doubted = addressesSomebody(payload) && doubtAtEdges(payload) !== null;
    const wanted: Wish = doubted || (ask >= run && ask >= keep) ? 'ask' : run >= keep ? 'run' : 'keep';
    const probabilities: Route['probabilities'] = [execute, store, rest];
    const sure = Math.max(execute, store);
    // The wish has to fit the content: keeping a command or running a table is for someone who understands the words.
    if (wanted === 'ask' || sure < wishGate) {
      const [bareExecute = 0, bareKeep = 0] = content;
      return this.#prose(probabilities, rest, cut, wanted, bareExecute >= bareKeep ? 'deterministic' : 'fixed');
    }
    this.measure(payload);
    return this.#settle(execute >= store ? 'deterministic' : 'fixed', probabilities, sure, payload, cut, wanted);
  }
}

/** Leaves the few likeliest cuts of one side, the likeliest first. */
function keepLikeliest(cuts: { readonly said: number }[]): void {
  cuts.sort((a, b) => b.said - a.said);
  if (cuts.length > cutsOfSide) cuts.length = cutsOfSide;
}

/** Log-odds are kept within +-30, where sigmoid still tells numbers apart. */
export function logOdds(score: number): number {
  const held = Math.min(Math.max(score, 1e-13), 1 - 1e-13);
  return Math.log(held / (1 - held));
}

export function calibrated(score: number, [slope, shift]: readonly [number, number]): number {
  return 1 / (1 + Math.exp(-(slope * logOdds(score) + shift)));
}
