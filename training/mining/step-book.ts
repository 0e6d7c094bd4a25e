import type { Atom, MiningLog } from './mining-log.ts';
import { masked, knownValues } from './masks.ts';
import type { Move } from './moves.ts';
import { likeness, WordingVectors, type Vector } from './wording-vectors.ts';

/** Wordings of one deed, or one tool. */
export interface MinedStep {
  readonly id: number;
  readonly kind: 'reply' | 'call';
  /** Atoms, the most frequent first. */
  readonly atoms: number[];
  count: number;
}

/** Chosen on validation conversations of two public sets (see README.md). */
export interface StepRules {
  /** Cosine from which a wording belongs to a step; the same where both ask for the same argument; for different ones. */
  readonly alike: number;
  readonly alikeAsking: number;
  readonly alikeAskingOther: number;
  /** Times that a step must be taken. */
  readonly minimumCount: number;
}

/**
 * Where an agent keeps to a script, what differs a little is already free text; where it words everything anew, what is
 * a little alike already means the same. So the share of replies said word for word three times and more sets the rules.
 */
export function rulesFor(log: MiningLog, minimumCount = 3): StepRules {
  let said = 0;
  let repeated = 0;
  for (const { kind, count } of log.atoms) {
    if (kind !== 'reply') continue;
    said += count;
    if (count >= 3) repeated += count;
  }
  const alike = 0.2 + 0.46 * (repeated / Math.max(1, said));
  return { alike, alikeAsking: alike / 2, alikeAskingOther: 0.95, minimumCount };
}

/** What a wording asks for must be seen so often before it counts. */
const minimumAsks = 2;
/** Steps compared with a wording: those that share its rarest features. */
const mostFeatures = 12;

interface Cluster {
  readonly step: MinedStep;
  readonly sum: Map<string, number>;
  length: number;
  readonly asks: Map<string, number>;
}

/**
 * Steps of a log: each tool, and groups of wordings that say the same, found by leader clustering (Hartigan 1975) from
 * the most frequent wording down, by words and by which argument the user's answer then gave.
 */
export class StepBook {
  readonly steps: MinedStep[] = [];
  readonly #log: MiningLog;
  readonly #vectors: WordingVectors;
  readonly #byAtom: Int32Array;
  readonly #clusters: Cluster[] = [];
  readonly #byFeature = new Map<string, Set<number>>();
  readonly #rules: StepRules;

  constructor(log: MiningLog, rules: StepRules = rulesFor(log)) {
    this.#log = log;
    this.#rules = rules;
    this.#byAtom = new Int32Array(log.atoms.length).fill(-1);
    this.#vectors = new WordingVectors(log.atoms.filter((atom) => atom.kind === 'reply' && atom.count > 0));
    const order = log.atoms.map((_, id) => id).sort((a, b) => compare(log.atoms[a] as Atom, log.atoms[b] as Atom));
    for (const id of order) this.#place(id);
    // What is too rare is free text: it never gets a step, and its wordings are told as such.
    for (const step of this.steps) {
      if (step.kind === 'call' || step.count >= rules.minimumCount) continue;
      for (const atom of step.atoms) this.#byAtom[atom] = -1;
    }
  }

  /** Step of an atom; -1 for free text. */
  stepOf(atom: number): number {
    return this.#byAtom[atom] ?? -1;
  }

  /** Step of a move of any conversation, also one that was not mined; -1 for free text and unknown tools. */
  recognise(moves: readonly Move[]): number[] {
    const values = knownValues(moves);
    return moves.map((move) => {
      if (move.kind !== 'reply' && move.kind !== 'call') return -1;
      const atom = this.#log.find(move, values);
      if (atom !== undefined) return this.stepOf(atom);
      if (move.kind === 'call') return -1;
      const best = this.#nearest(this.#vectors.of(masked(move.text, values)), new Map());
      const step = best === null ? undefined : this.steps[best];
      return step !== undefined && step.count >= this.#rules.minimumCount ? step.id : -1;
    });
  }

  #place(id: number): void {
    const atom = this.#log.atoms[id] as Atom;
    if (atom.count === 0) return;
    if (atom.kind === 'call') {
      this.#byAtom[id] = this.steps.length;
      this.steps.push({ id: this.steps.length, kind: 'call', atoms: [id], count: atom.count });
      this.#clusters.push({ step: this.steps.at(-1) as MinedStep, sum: new Map(), length: 0, asks: new Map() });
      return;
    }
    const vector = this.#vectors.of(atom.key);
    let found = this.#nearest(vector, atom.asks);
    if (found === null) {
      found = this.steps.length;
      this.steps.push({ id: found, kind: 'reply', atoms: [], count: 0 });
      this.#clusters.push({ step: this.steps[found] as MinedStep, sum: new Map(), length: 0, asks: new Map() });
    }
    this.#join(found, id, atom, vector);
  }

  #join(found: number, id: number, atom: Atom, vector: Vector): void {
    const { step, sum, asks } = this.#clusters[found] as Cluster;
    step.atoms.push(id);
    step.count += atom.count;
    this.#byAtom[id] = found;
    const weight = Math.log(1 + atom.count);
    let square = 0;
    for (const [feature, value] of vector) {
      sum.set(feature, (sum.get(feature) ?? 0) + weight * value);
      const steps = this.#byFeature.get(feature) ?? new Set();
      this.#byFeature.set(feature, steps.add(found));
    }
    for (const value of sum.values()) square += value * value;
    (this.#clusters[found] as Cluster).length = Math.sqrt(square);
    for (const [name, times] of atom.asks) asks.set(name, (asks.get(name) ?? 0) + times);
  }

  #nearest(vector: Vector, asks: ReadonlyMap<string, number>): number | null {
    const rarest = [...vector].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, mostFeatures);
    const candidates = new Set<number>();
    for (const [feature] of rarest) for (const step of this.#byFeature.get(feature) ?? []) candidates.add(step);
    let best: number | null = null;
    let most = 0;
    for (const candidate of candidates) {
      const cluster = this.#clusters[candidate] as Cluster;
      const alike = likeness(vector, cluster.sum, cluster.length) - this.#needed(asks, cluster.asks);
      if (alike >= 0 && (best === null || alike > most)) {
        best = candidate;
        most = alike;
      }
    }
    return best;
  }

  #needed(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): number {
    const { alike, alikeAsking, alikeAskingOther } = this.#rules;
    const mine = modeOf(one);
    const theirs = modeOf(other);
    if (mine === null || theirs === null) return alike;
    return mine === theirs ? alikeAsking : alikeAskingOther;
  }
}

function compare(one: Atom, other: Atom): number {
  return other.count - one.count || (one.key < other.key ? -1 : 1);
}

/** Argument asked for most often; null where it is too rarely seen or no clear majority. */
function modeOf(asks: ReadonlyMap<string, number>): string | null {
  let total = 0;
  let best: [string, number] | null = null;
  for (const entry of asks) {
    total += entry[1];
    if (best === null || entry[1] > best[1]) best = entry;
  }
  return best !== null && best[1] >= minimumAsks && best[1] * 2 > total ? best[0] : null;
}
