import type { Outcome } from '../../engine/core/decision.ts';
import type { Message } from '../../engine/core/message.ts';
import type { AnsweredTurn } from './answered-turn.ts';

/** What somebody who knows said was right for a message; null: it needed the LLM. */
export interface Correction {
  readonly message: string;
  readonly outcome: Outcome | null;
  /** Who said so. */
  readonly source?: 'human' | 'tool' | 'verifier' | 'teacher';
  /** How many logged answers it counts as; `correctionWeight` where absent. */
  readonly weight?: number;
  /** One sentence. */
  readonly evidence?: string;
}

/** What the word of a person counts as. */
export const correctionWeight = 20;

/** The corrected turns alone, each with the answer that was called right. */
export function correctedTurns(turns: readonly AnsweredTurn[], corrections: readonly Correction[]): AnsweredTurn[] {
  const byMessage = new Map(corrections.map((correction) => [correction.message, correction]));
  return turns.flatMap((turn) => {
    const correction = byMessage.get(turn.message.id);
    return correction === undefined ? [] : [correctedTurn(turn, correction.outcome)];
  });
}

/** All turns, those with a word about them with the answer that was called right. */
export function wordsOver(turns: readonly AnsweredTurn[], words: readonly Correction[]): AnsweredTurn[] {
  return applyCorrections(
    turns,
    words.map((one) => ({ ...one, weight: 1 })),
  );
}

/** Logged turns with corrected answers in place of what the assistant did, corrected ones several times. */
export function applyCorrections(turns: readonly AnsweredTurn[], corrections: readonly Correction[]): AnsweredTurn[] {
  const byMessage = new Map(corrections.map((correction) => [correction.message, correction]));
  return turns.flatMap((turn) => {
    const correction = byMessage.get(turn.message.id);
    if (correction === undefined) return [turn];
    const corrected = correctedTurn(turn, correction.outcome);
    return Array.from({ length: correction.weight ?? correctionWeight }, () => corrected);
  });
}

function correctedTurn(turn: AnsweredTurn, outcome: Outcome | null): AnsweredTurn {
  const { annotation: _replaced, ...answer } = turn.answer;
  if (outcome?.kind === 'tool-call') {
    const call = {
      kind: 'tool-call',
      id: `${answer.id}-corrected`,
      name: outcome.name,
      arguments: outcome.arguments,
      provenance: 'caller',
    } as const;
    return { ...turn, answer: { ...answer, parts: [call] }, call };
  }
  // Words that nobody else ever says are no step of a process: the turn is labelled as one for the LLM.
  const text = outcome?.kind === 'reply' ? outcome.text : `[needs the LLM: ${answer.id}]`;
  return { ...turn, answer: withText(answer, text), call: null };
}

function withText(answer: Message, text: string): Message {
  return { ...answer, parts: [{ kind: 'text', text, provenance: 'caller' }] };
}
