import type { Candidate } from '../core/candidate-source.ts';
import { contextFetch } from '../core/context-fetch.ts';
import type { ContextPiece } from '../core/decision.ts';
import type { Message } from '../core/message.ts';
import type { Turn } from '../core/turn.ts';
import type { Piece } from '../../models/cet/assembly.ts';
import { candidateOf, type CountTokens } from '../../models/cet/candidate.ts';
import { groupsOf } from '../../models/cet/exchange.ts';
import { shortData } from '../../models/cet/short-data.ts';
import { handleOf, shorterForms } from '../../models/cet/shorter-forms.ts';
import { noteLine, openingOf, shortenable } from './context-prompt.ts';

/** Tokens that a chat protocol adds to each message; a line of the note costs less. */
export const pieceOverhead = 4;

/** The conversation as the context tier sees it. */
export interface Dialogue {
  /** What is to be answered: the words of the caller's last message. */
  readonly opening: Message;
  /** Messages before the open exchange that may stay out. */
  readonly earlier: readonly Message[];
  /** Instructions, always in. */
  readonly system: readonly Message[];
  /** From the caller's last message on, always in. */
  readonly exchange: readonly Message[];
}

export function dialogueOf({ history, message }: Turn): Dialogue {
  const all = [...history, message];
  const open = openingOf(all);
  const before = all.slice(0, open);
  return {
    opening: all[open]!,
    earlier: before.filter(({ author }) => author !== 'system'),
    system: before.filter(({ author }) => author === 'system'),
    exchange: all.slice(open),
  };
}

/**
 * Where the part of the conversation begins that stands as it is: as much of its end as a share of the budget holds,
 * from the last of marks that lie an eighth of the budget apart. Between two marks the prompt only grows at its end, so
 * that an LLM server finds its beginning in the cache. A call is not parted from its results.
 *
 * @param tokens of each message of the earlier conversation
 */
export function stableStart(earlier: readonly Message[], tokens: readonly number[], budget: number): number {
  const step = Math.max(budget / 8, 1);
  const total = tokens.reduce((sum, one) => sum + one, 0);
  let start = tokens.length;
  let before = 0;
  let mark = -1;
  for (const [at, own] of tokens.entries()) {
    const isMark = Math.floor(before / step) > mark;
    mark = Math.floor(before / step);
    if (isMark && total - before <= budget / 4) {
      start = at;
      break;
    }
    before += own;
  }
  const groups = groupsOf(earlier);
  const groupAt = (at: number): string | undefined =>
    earlier[at] === undefined ? undefined : groups.get(earlier[at].id);
  while (start > 0 && groupAt(start) !== undefined && groupAt(start) === groupAt(start - 1)) start -= 1;
  return start;
}

export interface PieceOptions {
  readonly query: string;
  readonly count: CountTokens;
  /** Place of the message from which on all go in before what is chosen by score, and stand in their own place. */
  readonly start: number;
  /** Whether older ones are quoted beside the open message. */
  readonly quotes: boolean;
  /** Data goes in shorter where it says the same, and what does not fit is cut or held back by a handle. */
  readonly shortens: boolean;
  readonly canFetch: boolean;
}

/** Pieces for the assembly: what was found elsewhere, then the earlier conversation; `scores` in this order. */
export function piecesOf(
  found: readonly Candidate[],
  earlier: readonly Message[],
  candidates: readonly Candidate[],
  scores: readonly number[],
  options: PieceOptions,
): Piece[] {
  const { count, start, quotes } = options;
  const groups = groupsOf(earlier);
  return candidates.map((candidate, place): Piece => {
    const at = place - found.length;
    const message = earlier[at];
    const isQuoted = quotes && message !== undefined && at < start;
    const line = { kind: candidate.kind, place: candidate.place ?? candidate.speaker, text: '' };
    const head = message === undefined || isQuoted ? count(noteLine(line)) : 0;
    const overhead = head + pieceOverhead;
    const shown = options.shortens ? inShort(candidate, message, count) : candidate;
    const isCut = shown !== candidate;
    const mayCut = options.shortens && (message === undefined || shortenable(message) !== null);
    const fetchable = options.canFetch && message !== undefined;
    return {
      candidate: shown,
      score: scores[place]!,
      group: groups.get(candidate.id) ?? null,
      priority: message !== undefined && at >= start ? 1 : 0,
      tokens: shown.tokens + overhead,
      ...(isCut ? { form: 'short' as const } : {}),
      ...(mayCut && {
        shorter: (room: number) =>
          shorterForms(shown, { query: options.query, count, overhead, room, canFetch: fetchable }),
      }),
    };
  });
}

/** Data that says the same in fewer tokens. What a person wrote stays as it was written. */
function inShort(candidate: Candidate, message: Message | undefined, count: CountTokens): Candidate {
  const part = message === undefined || shortenable(message) === null ? undefined : message.parts[0]?.kind;
  const isData = message === undefined ? candidate.kind !== 'turn' : part === 'data' || part === 'tool-result';
  const short = isData ? shortData(candidate.text) : null;
  if (short === null) return candidate;
  const tokens = count(short.text);
  return tokens < candidate.tokens ? { ...candidate, text: short.text, tokens } : candidate;
}

/** Results in the open exchange that alone take more than the whole budget: their beginning, and a handle. */
export function heldBack(exchange: readonly Message[], budget: number, count: CountTokens): ContextPiece[] {
  return exchange.flatMap((message): ContextPiece[] => {
    if (message.author !== 'tool' || shortenable(message) === null) return [];
    const candidate = candidateOf(message, count);
    if (candidate.tokens <= budget) return [];
    const head = beginningOf(candidate.text, Math.floor(budget / 2), count);
    const text = `${head}\n${handleOf(candidate)}`;
    return [{ id: message.id, kind: candidate.kind, text, form: 'handle' }];
  });
}

/** As much of the beginning as some tokens hold, found by halving. */
function beginningOf(text: string, budget: number, count: CountTokens): string {
  let [low, high] = [0, Math.min(text.length, budget * 16)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (count(text.slice(0, middle)) <= budget) low = middle;
    else high = middle - 1;
  }
  return text.slice(0, low);
}

export function canFetch(turn: Turn): boolean {
  return turn.tools.some(({ name }) => name === contextFetch);
}
