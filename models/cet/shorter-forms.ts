import type { Candidate } from '../../engine/core/candidate-source.ts';
import type { ShorterForm } from './assembly.ts';
import type { CountTokens } from './candidate.ts';
import { extract } from './extract.ts';

/** A handle pays off from so many tokens on; shorter pieces go in or stay out. */
const fewestForHandle = 120;
/** Characters of the beginning that a handle shows. */
const shownCharacters = 80;
/** Extracts that are tried: shares of the piece's own tokens. */
const shares = [0.5, 0.25] as const;

export interface ShorterOptions {
  readonly query: string;
  readonly count: CountTokens;
  /** Tokens that any piece costs beside its text. */
  readonly overhead: number;
  /** Tokens into which it is to fit. */
  readonly room: number;
  /** Whether this piece can be fetched by its id. */
  readonly canFetch: boolean;
}

/** Shorter forms of a piece, longest first: its telling sentences, and for data of which it is too much a handle. */
export function shorterForms(
  candidate: Candidate,
  { query, count, overhead, room, canFetch }: ShorterOptions,
): ShorterForm[] {
  const forms: ShorterForm[] = [];
  const budgets = new Set(shares.map((share) => Math.min(Math.floor(candidate.tokens * share), room - overhead)));
  for (const budget of budgets) {
    const text = extract(candidate.text, query, budget, count);
    if (text !== null) forms.push({ form: 'short', text, tokens: count(text) + overhead });
  }
  if (canFetch && candidate.tokens >= fewestForHandle) {
    const text = handleOf(candidate);
    forms.push({ form: 'handle', text, tokens: count(text) + overhead });
  }
  return forms.sort((a, b) => b.tokens - a.tokens);
}

/** What stands in the context for a piece that is held back. */
export function handleOf({ id, text, kind }: Candidate): string {
  const lines = text.split('\n');
  const first = (lines.find((line) => line.trim() !== '') ?? '').trim().slice(0, shownCharacters);
  const size = `${text.length} characters, ${lines.length} lines`;
  return `[${kind} held back: ${size}, beginning "${first}"; fetch it by id ${id}]`;
}
