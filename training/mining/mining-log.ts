import type { Conversation } from '../../engine/core/conversation.ts';
import { hashFraction } from '../../engine/core/hash.ts';
import { argumentsGiven, flowsOf } from './given.ts';
import { knownValues, masked } from './masks.ts';
import { movesOf, type Move } from './moves.ts';

/** One wording, values taken out, or one tool: what a log is counted by. */
export interface Atom {
  readonly kind: 'reply' | 'call';
  /** Wording with holes, or the tool's name. */
  readonly key: string;
  /** Times that it occurs. */
  count: number;
  /** First text that was seen of it. */
  readonly text: string;
  /** Arguments (`tool.name`) whose value stood first in what the user said next: what the wording asks for. */
  readonly asks: Map<string, number>;
}

/** What one conversation did, as numbers: 2 * atom for an assistant's move, `userCode` and `resultCode` for the others. */
export type Trace = Int32Array;
export const userCode = -1;
export const resultCode = -2;

/** Wordings held at once; beyond it those seen once are forgotten (lossy counting, Manku and Motwani 2002). */
const mostAtoms = 200_000;
const mostAsks = 12;
const mostFlows = 20_000;
/** Conversations held in full, for origins, conditions and witnesses: so many for each set of tools, and in all. */
const samplePerKind = 150;
const mostSamples = 8_000;

/**
 * A log as far as mining needs it, read once: numbers for every conversation, full texts for a sample of each kind. About
 * 100 bytes a conversation beside the sample.
 */
export class MiningLog {
  readonly atoms: Atom[] = [];
  readonly traces: Trace[] = [];
  /** For each move the tool (its atom) that what the user just said gave a value for; -1 where none or several. */
  readonly hints: Trace[] = [];
  readonly names: string[] = [];
  /** Conversations in which a call takes up a value of an earlier call of another tool: `earlier later`, atoms. */
  readonly flows = new Map<string, number>();
  readonly sample = new Map<number, Conversation>();
  readonly #ids = new Map<string, number>();
  readonly #kinds = new Map<string, number>();

  add(conversation: Conversation): void {
    const moves = movesOf(conversation);
    const values = knownValues(moves);
    const trace = new Int32Array(moves.length);
    const { asked, given } = argumentsGiven(moves);
    for (const [index, move] of moves.entries()) {
      if (move.kind === 'said') trace[index] = userCode;
      else if (move.kind === 'result') trace[index] = resultCode;
      else {
        const id =
          move.kind === 'call'
            ? this.#atom('call', move.tool, move.tool)
            : this.#atom('reply', masked(move.text, values), move.text);
        trace[index] = id;
        const argument = asked[index];
        const { asks } = this.atoms[id] as Atom;
        if (argument !== undefined && (asks.has(argument) || asks.size < mostAsks))
          asks.set(argument, (asks.get(argument) ?? 0) + 1);
      }
    }
    this.#keep(conversation, moves);
    for (const [earlier, later] of flowsOf(moves)) {
      const pair = `${this.#ids.get(`call ${earlier}`)} ${this.#ids.get(`call ${later}`)}`;
      if (this.flows.has(pair) || this.flows.size < mostFlows) this.flows.set(pair, (this.flows.get(pair) ?? 0) + 1);
    }
    this.traces.push(trace);
    this.hints.push(Int32Array.from(moves, (_, index) => this.#ids.get(`call ${given[index]}`) ?? -1));
    this.names.push(conversation.id);
  }

  /** Atom of a move by its wording; undefined for one never met. */
  find(move: Move, values: readonly string[]): number | undefined {
    if (move.kind === 'call') return this.#ids.get(`call ${move.tool}`);
    return move.kind === 'reply' ? this.#ids.get(`reply ${masked(move.text, values)}`) : undefined;
  }

  findTool(tool: string | undefined): number | undefined {
    return this.#ids.get(`call ${tool}`);
  }

  #atom(kind: Atom['kind'], key: string, text: string): number {
    const name = `${kind} ${key}`;
    let id = this.#ids.get(name);
    if (id === undefined) {
      if (this.#ids.size >= mostAtoms) this.#forget();
      id = this.atoms.length;
      this.#ids.set(name, id);
      this.atoms.push({ kind, key, count: 0, text, asks: new Map() });
    }
    (this.atoms[id] as Atom).count += 1;
    return id;
  }

  /** Wordings seen once lose their words; their number stays, as one that nothing is known of. */
  #forget(): void {
    for (const [name, id] of this.#ids) {
      const atom = this.atoms[id] as Atom;
      if (atom.kind !== 'reply' || atom.count > 1) continue;
      this.#ids.delete(name);
      this.atoms[id] = { kind: 'reply', key: '', count: 0, text: '', asks: new Map() };
    }
  }

  #keep(conversation: Conversation, moves: readonly Move[]): void {
    const tools = new Set(moves.flatMap((move) => (move.kind === 'call' ? [move.tool] : [])));
    const kind = [...tools].sort().slice(0, 4).join(' ');
    const seen = (this.#kinds.get(kind) ?? 0) + 1;
    this.#kinds.set(kind, seen);
    // Later conversations come in ever more rarely, by the hash of their name: any order of a log gives a fair share.
    if (this.sample.size >= mostSamples) return;
    if (seen > samplePerKind && hashFraction(conversation.id) > samplePerKind / seen / 4) return;
    this.sample.set(this.traces.length, conversation);
  }
}
