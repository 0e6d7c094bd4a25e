import { readSnapshot, readSnapshotDecisions } from '../../../datasets/log/snapshot.ts';
import type { Config } from '../../../engine/core/config.ts';
import { EngineError } from '../../../engine/core/errors.ts';
import type { Registry } from '../../../models/registry/registry.ts';
import { answeredTurns } from '../../../training/examples/answered-turn.ts';
import { findPayloadTools } from '../../../training/examples/payload-tools.ts';
import {
  differenceOf,
  estimateLadder,
  servedTurns,
  type LadderEstimate,
} from '../../../training/off-policy/policy-choices.ts';
import { withLadder } from './bundle-ladder.ts';
import { snapshotInLog } from './evaluation.ts';

export interface PolicyEstimates {
  readonly role: string;
  /** Milliseconds since 1970-01-01 UTC: messages from then on count, when the newest of the bundles was made. */
  readonly since: number;
  readonly estimates: readonly { readonly bundle: string; readonly estimate: LadderEstimate }[];
  /** Second minus first, on the same rows; null where one bundle was named. */
  readonly difference: ReturnType<typeof differenceOf> | null;
}

/**
 * How bundles of one role would have done on the live traffic since they were made, whoever served it.
 * @throws NOT_FOUND, ARTEFACT_CORRUPT, LOG_LOCKED; BAD_REQUEST where they are of two roles
 */
export async function estimateBundles(
  registry: Registry,
  ids: readonly string[],
  config: Config,
): Promise<PolicyEstimates> {
  const bundles = await Promise.all(ids.map((id) => registry.show(id)));
  const [{ role }] = bundles as [(typeof bundles)[number]];
  if (bundles.some((one) => one.role !== role)) {
    throw new EngineError('BAD_REQUEST', { detail: 'the bundles are of two roles; name two of one role' });
  }
  // a model is no judge of what it learned from
  const since = Math.max(...bundles.map(({ createdAt }) => createdAt));
  const path = await snapshotInLog(config, role);
  const turns = answeredTurns(await readSnapshot(path));
  const fresh = turns.filter(({ message }) => message.author === 'user' && message.time >= since);
  const served = servedTurns(fresh, await readSnapshotDecisions(path));
  const payloadTools = findPayloadTools(turns);
  const found = [];
  for (const { id } of bundles) {
    const own = await withLadder(registry, id, config, (tiers) => estimateLadder(served, tiers, payloadTools));
    found.push({ bundle: id, ...own });
  }
  const [first, second] = found;
  return {
    role,
    since,
    estimates: found.map(({ bundle, estimate }) => ({ bundle, estimate })),
    difference: first === undefined || second === undefined ? null : differenceOf(served, first.wishes, second.wishes),
  };
}
