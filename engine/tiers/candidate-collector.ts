import { setTimeout as wait } from 'node:timers/promises';
import type { Candidate, CandidateSource } from '../core/candidate-source.ts';
import { messageOf } from '../core/errors.ts';
import type { Message } from '../core/message.ts';
import type { Turn } from '../core/turn.ts';
import { candidateOf, type CountTokens } from '../../models/cet/candidate.ts';
import { LexicalIndex } from '../../models/cet/lexical-index.ts';

export interface CollectorOptions {
  readonly sources: readonly CandidateSource[];
  readonly sourceTimeoutMs: number;
  readonly count: CountTokens;
}

export interface Collected {
  /** What the sources brought, oldest first. */
  readonly found: readonly Candidate[];
  /** The earlier conversation, one candidate per message. */
  readonly history: readonly Candidate[];
  /** Sources that gave nothing, and why; pieces that were left aside. */
  readonly troubles: readonly string[];
}

/** Pieces from sources that are scored; of more, those that share most with the question. */
const mostFound = 4000;
/** Messages of the conversation that are read: what is older is left to the sources that search. */
const mostRead = 4000;

/** Asks all sources at once. A source that throws or takes too long is left out, and named. */
export async function collect(
  query: string,
  turn: Turn,
  earlier: readonly Message[],
  options: CollectorOptions,
): Promise<Collected> {
  const read = earlier.slice(-mostRead);
  const history = read.map((message) => candidateOf(message, options.count));
  const troubles: string[] = [];
  if (read.length < earlier.length) troubles.push(`${earlier.length - read.length} oldest messages are not read`);
  const answers = await Promise.all(options.sources.map((source) => ask(source, turn, options, troubles)));
  const known = new Set([...turn.history, turn.message].map(({ id }) => id));
  const fresh: Candidate[] = [];
  for (const candidate of answers.flat()) {
    if (known.has(candidate.id)) continue;
    known.add(candidate.id);
    if (candidate.text.trim() !== '') fresh.push(candidate);
  }
  const kept = nearest(fresh, query);
  if (kept.length < fresh.length) troubles.push(`${fresh.length - kept.length} pieces share too little to be scored`);
  // The count is ours, so that the budget holds whatever a source says.
  const found = kept.map((candidate) => ({ ...candidate, tokens: options.count(candidate.text) }));
  return { found: found.sort((a, b) => (a.time ?? 0) - (b.time ?? 0)), history, troubles };
}

async function ask(
  source: CandidateSource,
  turn: Turn,
  { sourceTimeoutMs }: CollectorOptions,
  troubles: string[],
): Promise<readonly Candidate[]> {
  const timer = new AbortController();
  const stop = new AbortController();
  const signal = turn.signal === undefined ? stop.signal : AbortSignal.any([turn.signal, stop.signal]);
  try {
    const late = wait(sourceTimeoutMs, null, { signal: timer.signal }).catch(() => null);
    const answer = await Promise.race([source.candidates(turn, signal), late]);
    const trouble = source.trouble?.() ?? null;
    if (trouble !== null) troubles.push(`${source.name}: ${trouble}`);
    if (answer !== null) return answer;
    troubles.push(`${source.name} gave nothing within ${sourceTimeoutMs} ms`);
  } catch (error) {
    troubles.push(`${source.name} failed: ${messageOf(error)}`);
  } finally {
    timer.abort();
    stop.abort();
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
