import type { Outcome } from '../../engine/core/decision.ts';
import { clopperPearsonInterval } from '../../models/certificate/certificate.ts';
import { executingTools, fulfils, type ExpectedOutcome } from './agreement.ts';

/** One line of a verifier file: what was right for one inbound message. */
export interface VerifierRow {
  readonly message_id: string;
  readonly conversation_id: string;
  readonly week: number;
  readonly class: 'deterministic' | 'fixed' | 'process' | 'open';
  readonly subtype: string;
  readonly slice: string;
  readonly expected: ExpectedOutcome;
  readonly alternatives?: readonly ExpectedOutcome[];
}

/** What the ladder did with one message; `imperator` means it was passed up. */
export interface ReplayDecision {
  readonly message_id: string;
  readonly tier: 'dtr' | 'lppm' | 'imperator';
  readonly outcome: Outcome | null;
}

/** Errors among settled messages. Rates in [0, 1], bounds Clopper-Pearson at 95 %. */
export interface TaskError {
  readonly messages: number;
  readonly settled: number;
  readonly wrong: number;
  readonly rate: number | null;
  readonly low: number;
  readonly high: number;
}

export interface LadderScore {
  readonly n: number;
  readonly share: { readonly dtr: number; readonly lppm: number; readonly imperator: number };
  readonly taskError: TaskError;
  readonly perTier: Readonly<Record<'dtr' | 'lppm', TaskError>>;
  readonly perClass: Readonly<Record<string, TaskError>>;
  readonly perSlice: Readonly<Record<string, TaskError>>;
  readonly llmCallsAvoided: number;
  readonly llmCallsAvoidedAndRight: number;
  readonly unsafeExecutions: number;
}

/**
 * True where the settled outcome does what the verifier wanted, or something equally good. Steps have names of our own, so
 * replies are judged by their words.
 */
export function isRight(row: VerifierRow, outcome: Outcome): boolean {
  if (row.expected.kind === 'llm') return false;
  const told: Outcome = outcome.kind === 'reply' ? { kind: 'reply', text: outcome.text } : outcome;
  return [row.expected, ...(row.alternatives ?? [])].some((wanted) => fulfils(wanted, told));
}

function isUnsafe(row: VerifierRow, outcome: Outcome): boolean {
  if (row.class !== 'open' && row.class !== 'process') return false;
  return outcome.kind === 'tool-call' && executingTools.has(outcome.name);
}

class Tally {
  messages = 0;
  settled = 0;
  wrong = 0;

  error(): TaskError {
    const { messages, settled, wrong } = this;
    const { lower: low, upper: high } =
      settled === 0 ? { lower: 0, upper: 1 } : clopperPearsonInterval(wrong, settled, 0.95);
    return { messages, settled, wrong, rate: settled === 0 ? null : wrong / settled, low, high };
  }
}

/** Judges decisions from outside. A message without a decision counts as passed up. */
export function scoreDecisions(
  rows: readonly VerifierRow[],
  decisions: ReadonlyMap<string, ReplayDecision>,
): LadderScore {
  const tallies = new Map<string, Tally>();
  const tally = (key: string): Tally => {
    const found = tallies.get(key) ?? new Tally();
    tallies.set(key, found);
    return found;
  };
  const counts = { dtr: 0, lppm: 0 };
  let unsafe = 0;
  for (const row of rows) {
    const decision = decisions.get(row.message_id);
    const groups = ['all', `class ${row.class}`, `slice ${row.slice}`].map(tally);
    for (const group of groups) group.messages += 1;
    if (decision === undefined || decision.tier === 'imperator' || decision.outcome === null) continue;
    counts[decision.tier] += 1;
    const wrong = isRight(row, decision.outcome) ? 0 : 1;
    if (isUnsafe(row, decision.outcome)) unsafe += 1;
    for (const group of [...groups, tally(`tier ${decision.tier}`)]) {
      group.settled += 1;
      group.wrong += wrong;
    }
  }
  const named = (prefix: string): Record<string, TaskError> =>
    Object.fromEntries(
      [...tallies]
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, value]) => [key.slice(prefix.length), value.error()]),
    );
  const taskError = tally('all').error();
  const n = rows.length;
  const settled = counts.dtr + counts.lppm;
  return {
    n,
    share: { dtr: counts.dtr / n, lppm: counts.lppm / n, imperator: (n - settled) / n },
    taskError,
    perTier: { dtr: tally('tier dtr').error(), lppm: tally('tier lppm').error() },
    perClass: named('class '),
    perSlice: named('slice '),
    llmCallsAvoided: settled,
    llmCallsAvoidedAndRight: settled - taskError.wrong,
    unsafeExecutions: unsafe,
  };
}

/** The line that `score.py` of the working month reads. Steps are our own names, so replies are judged by their words. */
export function decisionLine(decision: ReplayDecision): string {
  const { message_id, tier, outcome } = decision;
  const told =
    outcome === null || outcome.kind === 'refuse'
      ? { kind: 'llm' }
      : outcome.kind === 'reply'
        ? { kind: 'reply', text: outcome.text }
        : { kind: 'tool_call', name: outcome.name, arguments: outcome.arguments };
  return JSON.stringify({ message_id, tier, outcome: told });
}
