import type { Decision } from '../../engine/core/decision.ts';
import type { Message } from '../../engine/core/message.ts';
import type { Feedback } from './feedback.ts';
import type { ConversationHead } from './tables.ts';

/** A row as it was selected by `selectList`. */
export type Row = Readonly<Record<string, unknown>>;

const json = (value: unknown): unknown => (value === null ? null : JSON.parse(value as string));

export function messageOfRow(row: Row): Message {
  const annotation = json(row.annotation) as Message['annotation'] | null;
  return {
    id: row.id as string,
    conversation: row.conversation as string,
    author: row.author as Message['author'],
    sender: row.sender as string,
    recipient: row.recipient as string,
    time: row.time as number,
    parts: json(row.parts) as Message['parts'],
    ...(annotation === null || annotation === undefined ? {} : { annotation }),
  };
}

export function headOfRow(row: Row): ConversationHead {
  return {
    id: row.id as string,
    role: row.role as string,
    split: row.split as ConversationHead['split'],
    tools: json(row.tools) as ConversationHead['tools'],
    created: row.created as number,
  };
}

export function decisionOfRow(row: Row): Decision {
  return {
    id: row.id as string,
    message: row.message as string,
    conversation: row.conversation as string,
    role: row.role as string,
    time: row.time as number,
    tier: row.tier as Decision['tier'],
    settled: row.settled as boolean,
    outcome: json(row.outcome) as Decision['outcome'],
    label: row.label as string | null,
    confidence: row.confidence as number | null,
    threshold: row.threshold as number | null,
    reason: row.reason as string,
    model: row.model as string | null,
    evidence: json(row.evidence) as Decision['evidence'],
    choices: json(row.choices) as Decision['choices'],
    propensity: row.propensity as number,
    latencyUs: row.latency_us as number,
    costUsd: row.cost_usd as number,
    shadow: row.shadow as boolean,
  };
}

export function feedbackOfRow(row: Row): Feedback {
  return {
    id: row.id as string,
    time: row.time as number,
    conversation: row.conversation as string,
    message: row.message as string,
    decision: row.decision as string | null,
    tier: row.tier as Feedback['tier'],
    correct: row.correct as boolean | null,
    label: row.label as string | null,
    outcome: json(row.outcome) as Feedback['outcome'],
    source: row.source as Feedback['source'],
    confidence: row.confidence as number,
    note: row.note as string | null,
  };
}
