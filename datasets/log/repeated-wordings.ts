import type { Ask } from './reader.ts';

/** A wording that users repeat, and what was made of it: one row for each way of answering it. */
export interface RepeatedWording {
  readonly text: string;
  /** What stood before it; null at the beginning of a conversation. */
  readonly beforeAuthor: string | null;
  readonly beforeText: string | null;
  /** JSON of the answer's parts, without the ids of calls. */
  readonly deed: string;
  /** JSON of the right outcome where a person gave it, `null` where one only said that it was wrong; then `deed` is empty. */
  readonly corrected: string | null;
  /** Labelled messages: answered by an LLM or an assistant of an imported log, or corrected by a person. */
  readonly labelled: number;
  /** Of these, the ones that a person corrected. */
  readonly human: number;
  /** The first and the last by name of those who said it; of callers without a name each conversation is one. */
  readonly persons: readonly [string, string];
}

/** What the process mapper did with wordings, by the words and the outcome. */
export interface SettledWording {
  readonly text: string;
  /** JSON of the outcome. */
  readonly outcome: string;
  readonly times: number;
}

/** Wordings that are looked at: those that people corrected, then the most frequent. */
const mostWordings = 5000;
/** Ways of answering one wording that are told apart; the rarer ones count as one that is no deed. */
const mostDeeds = 50;
/** Settled wordings that are looked at, the most frequent first. */
const mostSettled = 5000;

/** What `plainWording` makes of a text, as far as it decides which texts are cut off together. */
const plain = (column: string): string =>
  `regexp_replace(regexp_replace(lower(trim(${column})), '\\s+', ' ', 'g'), '[\\s.!?…]+$', '')`;

/**
 * Wordings of a role, each with everything that was made of it: a wording of which only the usual answers were told would
 * look as if it never meant anything else. What our own cheap tiers answered is no label, unless a person said what was
 * right.
 */
export async function repeatedWordings(ask: Ask, role: string, most = mostWordings): Promise<RepeatedWording[]> {
  const rows = await ask(
    `WITH said AS (
       SELECT m.id, m.author, m.text, m.parts,
         CASE WHEN m.sender = m.author THEN 'in ' || m.conversation ELSE m.sender END AS person,
         lag(m.author) OVER w AS "beforeAuthor", lag(m.text) OVER w AS "beforeText",
         lead(m.author) OVER w AS "nextAuthor", lead(m.parts) OVER w AS "nextParts"
       FROM messages m JOIN conversations c ON c.id = m.conversation
       WHERE c.role = $1 AND m.author <> 'system' AND (c.split IS NULL OR c.split = 'train')
       WINDOW w AS (PARTITION BY m.conversation ORDER BY m."time", m.sequence)),
     own AS (SELECT DISTINCT message FROM decisions WHERE settled AND NOT shadow AND tier <> 'imperator'),
     told AS (SELECT message, arg_max(coalesce(CAST(outcome AS VARCHAR), 'null'), "time") AS outcome FROM feedback
       WHERE source = 'human' AND (outcome IS NOT NULL OR correct = false) GROUP BY message),
     deeds AS (
       SELECT s.text, s."beforeAuthor", s."beforeText", s.person, t.outcome AS corrected,
         CASE WHEN t.outcome IS NULL THEN CAST(to_json([
           json_object('kind', json_extract(part, '$.kind'), 'name', json_extract(part, '$.name'),
             'arguments', json_extract(part, '$.arguments'), 'text', json_extract(part, '$.text'))
           FOR part IN CAST(s."nextParts" AS JSON[])]) AS VARCHAR) ELSE '' END AS deed
       FROM said s LEFT JOIN own o ON o.message = s.id LEFT JOIN told t ON t.message = s.id
       WHERE s.author = 'user' AND length(s.text) BETWEEN 1 AND 500
         AND (t.outcome IS NOT NULL OR (o.message IS NULL AND s."nextAuthor" = 'assistant'))),
     counted AS (
       SELECT text, "beforeAuthor", "beforeText", deed, corrected, ${plain('text')} AS wording,
         ${plain('"beforeText"')} AS "beforeWording", min(person) AS "first", max(person) AS "last", count(*) AS labelled,
         count(corrected) AS human
       FROM deeds GROUP BY ALL),
     placed AS (
       SELECT *, sum(labelled) OVER wordings AS total, sum(human) OVER wordings > 0 AS "isTold",
         row_number() OVER (PARTITION BY wording, "beforeAuthor", "beforeWording", corrected IS NULL
           ORDER BY labelled DESC, text, deed) AS place
       FROM counted WINDOW wordings AS (PARTITION BY wording, "beforeAuthor", "beforeWording")),
     ranked AS (
       SELECT *, dense_rank() OVER (
         ORDER BY "isTold" DESC, total DESC, wording, "beforeAuthor", "beforeWording") AS "rank" FROM placed),
     kept AS (
       SELECT * REPLACE (CASE WHEN place > ${mostDeeds} AND corrected IS NULL THEN '[]' ELSE deed END AS deed)
       FROM ranked WHERE "rank" <= ${most})
     SELECT text, "beforeAuthor", "beforeText", deed, corrected, min("first") AS "first", max("last") AS "last",
       CAST(sum(labelled) AS DOUBLE) AS labelled, CAST(sum(human) AS DOUBLE) AS human
     FROM kept GROUP BY text, "beforeAuthor", "beforeText", deed, corrected ORDER BY labelled DESC, text, deed`,
    [role],
  );
  return rows.map(({ first, last, ...row }) => ({ ...row, persons: [first, last] })) as unknown as RepeatedWording[];
}

export async function settledWordings(ask: Ask, role: string): Promise<SettledWording[]> {
  const rows = await ask(
    `SELECT m.text, CAST(d.outcome AS VARCHAR) AS outcome, CAST(count(*) AS DOUBLE) AS times
     FROM decisions d JOIN messages m ON m.id = d.message
     WHERE d.role = $1 AND d.tier = 'lppm' AND d.settled AND NOT d.shadow AND length(m.text) <= 500
     GROUP BY ALL ORDER BY times DESC LIMIT ${mostSettled}`,
    [role],
  );
  return rows as unknown as SettledWording[];
}
