import type { Ask } from './reader.ts';

/** What one process mapper settled under one process. */
export interface ProcessOutcomes {
  readonly process: string;
  /** Artefact id of the mapper. */
  readonly mapper: string;
  readonly settled: number;
  /** Decisions of which a person, a tool or a verifier said whether they were right. */
  readonly judged: readonly { readonly decision: string; readonly correct: boolean }[];
}

/** Of all processes of a role, those that were settled most often first. */
export async function processOutcomes(ask: Ask, role: string): Promise<ProcessOutcomes[]> {
  const rows = await ask(
    `SELECT json_extract_string(d.outcome, '$.process') AS process, d.model AS mapper,
       CAST(count(*) AS DOUBLE) AS settled,
       CAST(coalesce(to_json(list(json_object('decision', d.id, 'correct', j.correct) ORDER BY d.sequence)
         FILTER (j.correct IS NOT NULL)), '[]') AS VARCHAR) AS judged
     FROM decisions d
       LEFT JOIN judgements j ON j.decision = d.id AND j.source IN ('human', 'tool', 'verifier')
     WHERE d.role = $1 AND d.tier = 'lppm' AND d.settled AND NOT d.shadow AND d.model IS NOT NULL
       AND json_extract_string(d.outcome, '$.process') IS NOT NULL
     GROUP BY process, mapper ORDER BY settled DESC, process, mapper`,
    [role],
  );
  return rows.map((row) => ({ ...row, judged: JSON.parse(String(row['judged'])) })) as unknown as ProcessOutcomes[];
}
