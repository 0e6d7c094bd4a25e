import { setTimeout as wait } from 'node:timers/promises';
import type { Candidate, CandidateSource } from '../core/candidate-source.ts';
import { messageOf } from '../core/errors.ts';
import { textOf } from '../core/message.ts';
import type { Turn } from '../core/turn.ts';
import { candidateOf, type CountTokens } from '../../models/cet/candidate.ts';
import { LexicalIndex } from '../../models/cet/lexical-index.ts';

export interface CollectorOptions {
  readonly sources: readonly CandidateSource[];
  readonly sourceTimeoutMs: number;
  readonly countTokens: CountTokens;
}

export interface Collected {
  /** What the sources brought, oldest first. */
  readonly found: readonly Candidate[];
  /** The conversation so far, one candidate per message. */
  readonly history: readonly Candidate[];
  /** Sources that gave nothing, and why; pieces that were left aside. */
  readonly troubles: readonly string[];
}

/** Pieces from sources that are scored; of more, those that share most with the question. */
const mostFound = 4000;

/** Asks all sources at once. A source that throws or takes too long is left out, and named. */
export async function collect(turn: Turn, options: CollectorOptions): Promise<Collected> {
  const history = turn.history.map((message) => candidateOf(message, options.countTokens));
  const troubles: string[] = [];
  const answers = await Promise.all(options.sources.map((source) => ask(source, turn, options, troubles)));
  const known = new Set([turn.message.id, ...history.map(({ id }) => id)]);
  const found: Candidate[] = [];
  for (const candidate of answers.flat()) {
    if (known.has(candidate.id)) continue;
    known.add(candidate.id);
    // The count is ours, so that the budget holds whatever a source says.
    found.push({ ...candidate, tokens: options.countTokens(candidate.text) });
  }
  const kept = nearest(found, textOf(turn.message));
  if (kept.length < found.length) troubles.push(`${found.length - kept.length} pieces share too little to be scored`);
  return { found: kept.toSorted((a, b) => (a.time ?? 0) - (b.time ?? 0)), history, troubles };
}

async function ask(
  source: CandidateSource,
  turn: Turn,
  { sourceTimeoutMs }: CollectorOptions,
  troubles: string[],
): Promise<readonly Candidate[]> {
  const given = new AbortController();
  try {
    const late = wait(sourceTimeoutMs, null, { signal: given.signal }).catch(() => null);
    const answer = await Promise.race([source.candidates(turn), late]);
    if (answer !== null) return answer;
    troubles.push(`${source.name} gave nothing within ${sourceTimeoutMs} ms`);
  } catch (error) {
    troubles.push(`${source.name} failed: ${messageOf(error)}`);
  } finally {
    given.abort();
  }
  return [];
}

function nearest(found: readonly Candidate[], query: string): readonly Candidate[] {
  if (found.length <= mostFound) return found;
  const index = new LexicalIndex();
  for (const { id, text } of found) index.add(id, text);
  const best = new Set(index.search(query, mostFound).map(({ id }) => id));
  return found.filter(({ id }) => best.has(id));
}
