import { tokenize } from '../../text/ngrams.ts';
import type { LppmPrediction } from '../prediction.ts';
import { isOf, type DefinedProcess } from './defined-process.ts';
import { DefinitionFollower, type DefinedExample } from './definition.ts';
import { escalateStep, type LppmExample, type LppmInput } from '../example.ts';
import { foldText } from '../encoding/known-texts.ts';
import { applyPlatt, fitPlatt, type PlattMap } from '../certainty/platt.ts';
import type { Ranker } from '../values/ranker.ts';

/** Rows that following is learned from; more teach no more of how scripts are followed. */
const mostTaught = 12_000;
/** With fewer rows or processes nothing can be said of one that was never seen. */
const fewest = { rows: 60, processes: 2 } as const;
/** User turns whose words are compared with the definitions, and words read of each. */
const readTurns = { first: 3, last: 3, words: 48 } as const;
/** Of one guess among several definitions at least this much must be left to it. */
const leastRecognised = 0.5;
/** How sharply likeness in words becomes a choice: on STAR val half of the turns are recognised, 99 % of these rightly. */
const sharpness = 12;

export interface DefinedPlain {
  readonly processes: readonly DefinedProcess[];
  /** Names of those that the nets know from conversations. */
  readonly seen: readonly string[];
  readonly calibration: PlattMap;
}

/**
 * Processes that are known by their definition alone: recognised by their words, followed as other scripts are followed,
 * and no surer than that proved on processes that were left out while learning.
 */
export class DefinedProcesses {
  readonly plain: DefinedPlain;
  readonly #follower: DefinitionFollower;
  readonly #vectors: readonly ReadonlyMap<string, number>[];
  readonly #texts = new Map<string, { readonly step: string; readonly process: number }>();

  constructor(plain: DefinedPlain, ranker: Ranker) {
    this.plain = plain;
    this.#follower = new DefinitionFollower(ranker);
    this.#vectors = vectorsOf(plain.processes);
    plain.processes.forEach(({ replies }, process) => {
      for (const [step, text] of Object.entries(replies)) {
        const key = foldText(text);
        if (!this.#texts.has(key)) this.#texts.set(key, { step, process });
      }
    });
  }

  get ranker(): Ranker {
    return this.#follower.ranker;
  }

  /** Null where there is too little to learn following from. */
  static learn(
    definitions: readonly DefinedProcess[],
    examples: readonly LppmExample[],
    seed: number,
  ): DefinedProcesses | null {
    const taught = examples.flatMap(({ input, process, step, conversation }) => {
      const own = process === null ? undefined : definitions.find((definition) => isOf(definition, process));
      return own === undefined ? [] : [{ input, process: own, step, conversation }];
    });
    const seen = [...new Set(taught.map(({ process }) => process.name))].sort();
    if (taught.length < fewest.rows || seen.length < fewest.processes) return null;
    const every = Math.max(1, Math.ceil(taught.length / mostTaught));
    const rows = taught.filter((_, row) => row % every === 0);
    // each half of the processes is followed by what the other half taught
    const judged = [0, 1].flatMap((half) => {
      const isOut = ({ process }: DefinedExample): boolean => seen.indexOf(process.name) % 2 === half;
      const learned = rows.filter((row) => !isOut(row));
      if (learned.length === 0) return [];
      const follower = DefinitionFollower.learn(learned, seed);
      const out = definitions.filter(({ name }) => !seen.includes(name) || seen.indexOf(name) % 2 === half);
      const unseen = new DefinedProcesses(
        { processes: definitions, seen: seen.filter((name) => !out.some((one) => one.name === name)), calibration },
        follower.ranker,
      );
      return rows.filter(isOut).flatMap(({ input, step, process }) => {
        const guess = unseen.#guess(input);
        return guess === null
          ? []
          : [{ score: guess.score, correct: guess.step === step && guess.process === process }];
      });
    });
    const follower = DefinitionFollower.learn(rows, seed);
    const plain = { processes: definitions, seen, calibration: fitPlatt(judged) };
    return new DefinedProcesses(plain, follower.ranker);
  }

  /** What the definition of a never seen process says comes next; null where the dialogue is in none. */
  answer(input: LppmInput): LppmPrediction | null {
    const guess = this.#guess(input);
    if (guess === null) return null;
    const { process, share, step, score, steps, escalate } = guess;
    const text = process.replies[step];
    // a template and a call need values, and nothing taught which
    const isPlain =
      text !== undefined && step !== escalateStep && !step.startsWith('query') && !/\{[\w.:-]+\}/.test(text);
    return {
      process: process.name,
      processConfidence: share,
      step,
      action: isPlain ? { kind: 'reply', text } : { kind: 'escalate' },
      confidence: applyPlatt(this.plain.calibration, score),
      escalate,
      asks: null,
      alternatives: steps.slice(0, 5).map((one) => ({
        step: one.step,
        confidence: applyPlatt(this.plain.calibration, share * one.confidence),
      })),
      values: {},
      missing: [],
      isDefinedAlone: true,
    };
  }

  /** Share of each definition in explaining the words, largest first. */
  recognise(input: LppmInput): { readonly process: DefinedProcess; readonly share: number }[] {
    const { processes } = this.plain;
    const words = wordsSaid(input);
    const powers = this.#vectors.map((vector) => {
      let sum = 0;
      let length = 0;
      for (const word of words) sum += vector.get(word) ?? 0;
      for (const weight of vector.values()) length += weight * weight;
      return Math.exp((sharpness * sum) / Math.sqrt(Math.max(1e-9, length * Math.max(4, words.size))));
    });
    // a reply that stands in one definition says more than all words
    for (const turn of input.turns) {
      const held = turn.speaker === 'agent' ? this.#texts.get(foldText(turn.text)) : undefined;
      if (held !== undefined && !shared.test(held.step)) {
        powers[held.process] = Math.max(...powers) * 8;
      }
    }
    const all = powers.reduce((sum, power) => sum + power, 0);
    return processes
      .map((process, item) => ({ process, share: (powers[item] as number) / all }))
      .sort((a, b) => b.share - a.share);
  }

  #guess(input: LppmInput) {
    const [best] = this.recognise(input);
    if (best === undefined || best.share < leastRecognised || this.plain.seen.includes(best.process.name)) return null;
    const turns = input.turns.map((turn) =>
      turn.speaker === 'agent' && turn.step === null
        ? { ...turn, step: this.#texts.get(foldText(turn.text))?.step ?? null }
        : turn,
    );
    const steps = this.#follower.follow({ turns }, best.process);
    const [first] = steps;
    if (first === undefined) return null;
    const escalate = steps.find(({ step }) => step === escalateStep)?.confidence ?? 0;
    return { ...best, step: first.step, score: best.share * first.confidence, steps, escalate };
  }
}

const calibration: PlattMap = { slope: 1, shift: 0 };
/** Steps that all scripts share: they tell nothing about which one it is. */
const shared = /^(hello|ask_name|anything_else|goodbye_\d|out_of_scope|yes|no|available|unavailable)$/;

function wordsSaid({ turns }: LppmInput): Set<string> {
  const users = turns.filter(({ speaker }) => speaker === 'user');
  const read = [...users.slice(0, readTurns.first), ...users.slice(readTurns.first).slice(-readTurns.last)];
  return new Set(read.flatMap(({ text }) => tokenize(text, readTurns.words).map(stemOf)));
}

/** Words of each definition, weighted by how few definitions have them. */
function vectorsOf(processes: readonly DefinedProcess[]): Map<string, number>[] {
  const counts = new Map<string, number>();
  const bags = processes.map(({ name, replies, description }) => {
    const texts = [name.replaceAll(/[_.]/g, ' '), description ?? '', ...Object.values(replies)];
    const bag = new Map<string, number>();
    for (const word of texts.flatMap((text) => tokenize(text, 400)).map(stemOf)) {
      if (word.length > 2) bag.set(word, (bag.get(word) ?? 0) + 1);
    }
    // the name says what it is about
    for (const word of tokenize(texts[0] as string).map(stemOf)) bag.set(word, (bag.get(word) ?? 0) + 3);
    for (const word of bag.keys()) counts.set(word, (counts.get(word) ?? 0) + 1);
    return bag;
  });
  return bags.map(
    (bag) =>
      new Map(
        [...bag].map(([word, count]) => [
          word,
          (1 + Math.log(count)) * Math.log((processes.length + 1) / (counts.get(word) as number)),
        ]),
      ),
  );
}

/** Plural and gerund are one word with the rest. */
function stemOf(word: string): string {
  return word.length > 4 ? word.replace(/(ings?|ies|es|s|ed|e)$/, '') : word;
}
