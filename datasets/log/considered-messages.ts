import type { TierName } from '../../engine/core/tier-name.ts';
import { Conditions } from './conditions.ts';
import type { Ask } from './reader.ts';

/** One message that was considered: what it looked like, and what became of it. */
export interface ConsideredMessage {
  readonly message: string;
  readonly conversation: string;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly time: number;
  /** Null: nobody settled it. */
  readonly tier: TierName | null;
  readonly dtrLabel: string | null;
  readonly dtrConfidence: number | null;
  readonly lppmLabel: string | null;
  readonly lppmConfidence: number | null;
  /** Characters. */
  readonly length: number;
  /** Its first word, in small letters. */
  readonly opening: string;
  /** Whether what was done was right; null where nobody has said so. */
  readonly correct: boolean | null;
}

/** The newest `limit` messages of a role that were considered from `since` on, oldest first. */
export async function consideredMessages(
  ask: Ask,
  { role, since, limit }: { readonly role: string; readonly since: number; readonly limit: number },
): Promise<ConsideredMessage[]> {
  const conditions = new Conditions();
  conditions.add('d.role = ?', role);
  conditions.add('d."time" >= make_timestamp(CAST(? AS BIGINT) * 1000)', Math.trunc(since));
  conditions.add('NOT d.shadow');
  const rows = await ask(
    `WITH considered AS (
       SELECT d.message, any_value(d.conversation) AS conversation, min(d.sequence) AS sequence,
         epoch_us(min(d."time")) / 1000.0 AS "time", any_value(d.tier) FILTER (d.settled) AS tier,
         any_value(d.label) FILTER (d.tier = 'dtr') AS "dtrLabel",
         any_value(d.confidence) FILTER (d.tier = 'dtr') AS "dtrConfidence",
         any_value(d.label) FILTER (d.tier = 'lppm') AS "lppmLabel",
         any_value(d.confidence) FILTER (d.tier = 'lppm') AS "lppmConfidence",
         bool_and(j.correct) FILTER (d.settled) AS correct
       FROM decisions d LEFT JOIN judgements j ON j.decision = d.id ${conditions.where()} GROUP BY d.message)
     SELECT c.message, c.conversation, c."time", c.tier, c."dtrLabel", c."dtrConfidence", c."lppmLabel",
       c."lppmConfidence", c.correct, CAST(length(coalesce(m.text, '')) AS DOUBLE) AS length,
       lower(regexp_extract(coalesce(m.text, ''), '\\S+')) AS opening
     FROM considered c LEFT JOIN messages m ON m.id = c.message
     ORDER BY c.sequence DESC LIMIT ${Math.trunc(limit)}`,
    conditions.values,
  );
  return (rows as unknown as ConsideredMessage[]).toReversed();
}

/** What a role could learn from. */
export interface LearnableTurns {
  readonly role: string;
  /** Messages of users that no cheap tier of ours answered, or of which somebody said what was right. */
  readonly turns: number;
  /** Words of people who said that something else was right; praise is none. */
  readonly corrections: number;
}

export async function learnableTurns(ask: Ask): Promise<LearnableTurns[]> {
  const rows = await ask(
    `WITH own AS (SELECT DISTINCT message FROM decisions
         WHERE settled AND NOT shadow AND tier <> 'imperator'),
       told AS (SELECT message, count(*) FILTER (source = 'human' AND correct IS DISTINCT FROM true) AS words FROM feedback GROUP BY message)
     SELECT c.role, CAST(count(*) FILTER (o.message IS NULL OR t.message IS NOT NULL) AS DOUBLE) AS turns,
       CAST(coalesce(sum(t.words), 0) AS DOUBLE) AS corrections
     FROM messages m JOIN conversations c ON c.id = m.conversation
       LEFT JOIN own o ON o.message = m.id LEFT JOIN told t ON t.message = m.id
     WHERE m.author = 'user' AND (c.split IS NULL OR c.split = 'train') GROUP BY c.role ORDER BY c.role`,
  );
  return rows as unknown as LearnableTurns[];
}
