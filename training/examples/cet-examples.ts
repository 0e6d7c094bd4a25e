import type { Candidate } from '../../engine/core/candidate-source.ts';
import { textOf } from '../../engine/core/message.ts';
import { candidateOf } from '../../models/cet/candidate.ts';
import type { CetExample } from '../../models/cet/example.ts';
import type { AnsweredTurn } from './answered-turn.ts';

/** Shorter histories fit any budget: there is nothing to learn from them. */
const minimumHistory = 6;
/** An answer that shares fewer rare words than this with a turn need not rest on it. */
const minimumShared = 2;
/** A word in more than this share of the turns says nothing about where an answer came from. */
const maximumSpread = 0.2;

/**
 * Which earlier turns an answer rested on, read from the answer: a value that a tool call passes, or rare words that the
 * reply repeats, and that the question itself does not hold.
 */
export function cetExamples(turns: readonly AnsweredTurn[]): CetExample[] {
  const examples: CetExample[] = [];
  for (const turn of turns) {
    if (turn.message.author !== 'user' || turn.history.length < minimumHistory) continue;
    const candidates = turn.history.map((message) => candidateOf(message));
    const evidence = evidenceOf(turn, candidates);
    if (evidence.length === 0 || evidence.length > candidates.length / 2) continue;
    const input = { query: textOf(turn.message), candidates };
    examples.push({ input, evidence, conversation: turn.conversation });
  }
  return examples;
}

function evidenceOf(turn: AnsweredTurn, candidates: readonly Candidate[]): string[] {
  const asked = wordsOf(textOf(turn.message));
  const answered = wordsOf(`${textOf(turn.answer)} ${valuesOf(turn).join(' ')}`);
  const sets = candidates.map((candidate) => wordsOf(candidate.text));
  const spread = (word: string): number => sets.filter((set) => set.has(word)).length / sets.length;
  const telling = [...answered].filter((word) => !asked.has(word) && spread(word) <= maximumSpread);
  const needed = turn.call === null ? minimumShared : 1;
  return candidates
    .filter((_, index) => telling.filter((word) => sets[index]?.has(word)).length >= needed)
    .map((candidate) => candidate.id);
}

function valuesOf(turn: AnsweredTurn): string[] {
  if (turn.call === null) return [];
  return Object.values(turn.call.arguments).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
}

function wordsOf(text: string): Set<string> {
  return new Set((text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => word.length > 2));
}
