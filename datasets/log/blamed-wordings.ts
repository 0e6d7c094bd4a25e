import type { Outcome } from '../../engine/core/decision.ts';
import type { Ask } from './reader.ts';

/** What a cheap tier did with words, and a person called wrong. */
export interface BlamedRow {
  readonly role: string;
  readonly text: string;
  readonly before: { readonly author: string; readonly text: string } | null;
  readonly outcome: Outcome;
}

/** Words that are remembered, the newest. */
const mostWordings = 10_000;

/** Of a role; a word that was taken back counts no more, the newest of a person does. */
export async function blamedWordings(ask: Ask, role: string): Promise<BlamedRow[]> {
  const rows = await ask(
    `WITH wrong AS (
       SELECT d.message, d.conversation, CAST(d.outcome AS VARCHAR) AS outcome, d.sequence
       FROM decisions d JOIN judgements j ON j.decision = d.id
       WHERE d.role = $1 AND d.settled AND NOT d.shadow AND d.tier IN ('dtr', 'lppm') AND d.outcome IS NOT NULL
         AND j.source = 'human' AND NOT j.correct),
     said AS (
       SELECT m.id, m.text, lag(m.author) OVER w AS "beforeAuthor", lag(m.text) OVER w AS "beforeText"
       FROM messages m WHERE m.author <> 'system' AND m.conversation IN (SELECT conversation FROM wrong)
       WINDOW w AS (PARTITION BY m.conversation ORDER BY m."time", m.sequence))
     SELECT s.text, s."beforeAuthor", s."beforeText", w.outcome
     FROM wrong w JOIN said s ON s.id = w.message ORDER BY w.sequence DESC LIMIT ${mostWordings}`,
    [role],
  );
  return (rows as unknown as readonly StoredRow[]).map(({ text, beforeAuthor, beforeText, outcome }) => ({
    role,
    text: text ?? '',
    before: beforeAuthor === null ? null : { author: beforeAuthor, text: beforeText ?? '' },
    outcome: JSON.parse(outcome) as Outcome,
  }));
}

interface StoredRow {
  readonly text: string | null;
  readonly beforeAuthor: string | null;
  readonly beforeText: string | null;
  readonly outcome: string;
}
