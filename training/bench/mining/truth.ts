import type { Conversation } from '../../../engine/core/conversation.ts';
import type { Message } from '../../../engine/core/message.ts';
import { movesOf } from '../../mining/moves.ts';
import { escalateStep } from '../../../models/lppm/example.ts';
import type { BenchRecord } from '../records.ts';
import type { VerifierRow } from '../verdict-score.ts';

/** What is true of a move of the assistant; null where the source does not say. */
export interface TrueMove {
  readonly process: string | null;
  /** `query` for every call, `escalate` for free words. */
  readonly step: string | null;
}

/** Labels of each conversation's moves, by position; undefined for what the user says and tools return. */
export type Truth = ReadonlyMap<string, readonly (TrueMove | undefined)[]>;

export const querySteps = 'query';

/** Labels of annotated turns, or of the verifier: what was right for a message is true of the answer that the log holds. */
export function truthOf(conversations: readonly Conversation[], verifier: readonly VerifierRow[]): Truth {
  const rows = new Map(verifier.map((row) => [row.message_id, row]));
  return new Map(
    conversations.map((conversation) => {
      const messages = new Map(conversation.messages.map((message) => [message.id, message]));
      const before = new Map(
        conversation.messages.map((message, index) => [message.id, conversation.messages[index - 1]]),
      );
      const labels = movesOf(conversation).map(({ kind, message }): TrueMove | undefined => {
        if (kind !== 'reply' && kind !== 'call') return undefined;
        const asked = before.get(message);
        const row = asked === undefined ? undefined : rows.get(asked.id);
        const known = row === undefined ? annotated(messages.get(message)) : verified(row);
        return kind === 'call' && known.process !== null ? { ...known, step: querySteps } : known;
      });
      return [conversation.id, labels];
    }),
  );
}

function annotated(message: Message | undefined): TrueMove {
  return { process: message?.annotation?.process ?? null, step: message?.annotation?.step ?? null };
}

function verified({ expected, class: kind, subtype }: VerifierRow): TrueMove {
  if (kind !== 'process') return { process: null, step: null };
  if (expected.kind === 'llm') return { process: subtype, step: escalateStep };
  if (expected.kind === 'tool_call') return { process: subtype, step: querySteps };
  return { process: subtype, step: typeof expected.step === 'string' ? expected.step : null };
}

/** A process as its maker defines it, as far as steps that can be seen in a log. */
export interface TrueProcess {
  readonly name: string;
  /** `a\0b`; nodes that stand for an outcome of a call (available, query_failure) are the call. */
  readonly edges: ReadonlySet<string>;
  /** Words of each step. */
  readonly replies: Readonly<Record<string, string>>;
  /** Arguments, and whether the user gives them or the process itself (`constant`). */
  readonly arguments: ReadonlyMap<string, 'slot' | 'constant'>;
  /** Arguments with a closed list of values. */
  readonly closed: ReadonlySet<string>;
}

/** Nodes of STAR's graphs that no move of the log stands for. */
const outcomes = /^(available|unavailable|query_success|query_failure|info_missing2?)$/;
const answers = /^(yes|no|done)$/;

export function trueProcessesOf(rows: readonly BenchRecord[]): TrueProcess[] {
  return rows.flatMap((row) => (typeof row.process === 'string' ? [starProcess(row)] : sgdProcesses(row)));
}

function starProcess(row: BenchRecord): TrueProcess {
  const seen = (node: string): string => (node.startsWith('query_') || outcomes.test(node) ? querySteps : node);
  const edges = new Set<string>();
  for (const [from, to] of Object.entries(row.graph as Record<string, string>)) {
    if (!answers.test(from) && seen(from) !== seen(to)) edges.add(`${seen(from)}\0${seen(to)}`);
  }
  const inputs = ((row.api as { input?: unknown }).input ?? []) as readonly { Name: string; Type: string }[];
  return {
    name: row.process as string,
    edges,
    replies: row.replies as Record<string, string>,
    arguments: new Map(inputs.map(({ Name, Type }) => [Name, Type === 'RequestType' ? 'constant' : 'slot'])),
    closed: new Set(inputs.flatMap(({ Name, Type }) => (Type === 'Categorical' ? [Name] : []))),
  };
}

function sgdProcesses(row: BenchRecord): TrueProcess[] {
  const slots = (row.slots ?? []) as readonly { name: string; possible_values: readonly unknown[] }[];
  const closed = new Set(slots.flatMap(({ name, possible_values: values }) => (values.length > 0 ? [name] : [])));
  return ((row.intents ?? []) as readonly BenchRecord[]).map((intent) => {
    const names = [...(intent.required_slots as string[]), ...Object.keys(intent.optional_slots as object)];
    return {
      name: intent.process as string,
      edges: new Set<string>(),
      replies: {},
      arguments: new Map(names.map((name) => [name, 'slot' as const])),
      closed: new Set(names.filter((name) => closed.has(name))),
    };
  });
}
