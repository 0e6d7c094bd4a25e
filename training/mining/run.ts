import type { Move } from './moves.ts';

/** A step that was taken: which, and the move (its position in the run's conversation). */
export interface Taken {
  /** Step of the log, or step and the argument that makes a call another deed: `7`, `7 RequestType="Check"`. */
  readonly key: string;
  readonly at: number;
}

/** One task of one conversation, in full. */
export interface Run {
  readonly conversation: string;
  readonly moves: readonly Move[];
  readonly taken: readonly Taken[];
}

export type Call = Extract<Move, { kind: 'call' }>;

export function callAt({ moves }: Run, at: number): Call | undefined {
  const move = moves[at];
  return move?.kind === 'call' ? move : undefined;
}

/** What a call returned; undefined where the log holds no result of it. */
export function resultOf({ moves }: Run, at: number): unknown {
  const call = moves[at];
  if (call?.kind !== 'call') return undefined;
  for (let index = at + 1; index < moves.length; index += 1) {
    const move = moves[index] as Move;
    if (move.kind === 'result' && move.callId === call.id) return move.value;
  }
  return undefined;
}

/** All that the user wrote before a move, as it stands. */
export function saidBefore({ moves }: Run, at: number): string[] {
  const texts: string[] = [];
  for (let index = 0; index < at; index += 1) {
    const move = moves[index] as Move;
    if (move.kind === 'said') texts.push(move.text);
  }
  return texts;
}
