import { readSnapshot, readSnapshotDecisions, readSnapshotFeedback } from '../../datasets/log/snapshot.ts';
import type { Device } from '../../engine/core/config.ts';
import type { Conversation } from '../../engine/core/conversation.ts';
import { EngineError } from '../../engine/core/errors.ts';
import { sha256 } from '../../engine/core/hash.ts';
import { textOf } from '../../engine/core/message.ts';
import { silent } from '../../engine/core/progress.ts';
import type { Registry } from '../../models/registry/registry.ts';
import { loadModels } from '../artefacts.ts';
import { confirmedBy } from '../labels/words.ts';
import { settleTurns, type SettledTurn } from '../ladder/evaluate.ts';
import { answeredTurns, type AnsweredTurn } from '../examples/answered-turn.ts';
import { fold } from '../examples/comparable.ts';
import { keptScript, type KeptScript } from '../examples/kept-script.ts';
import { ownAnswers } from '../examples/own-answers.ts';
import { findPayloadTools, type PayloadTool } from '../examples/payload-tools.ts';
import type { Terms } from '../gate/losses.ts';
import { judgeSealed, type SealedVerdict, type SeenByGate } from '../gate/sealed.ts';
import { judgeTurns } from '../ladder/judged-turn.ts';
import { judgingTiers } from '../ladder/judging-tiers.ts';
import { disposeAll } from '../learned.ts';

/** What an audit needs to be told; plain data, since it is told to another process. */
export interface AuditOrder {
  readonly role: string;
  /** Folder of the snapshot that the trainer had, and of the sealed one that was taken with it. */
  readonly teaching: string;
  readonly sealed: string;
  readonly candidate: string;
  /** Null where no champion serves. */
  readonly champion: string | null;
  /** What the gate saw on the trainer's snapshot. */
  readonly seen: SeenByGate | null;
  readonly terms: Terms;
  readonly device: Device;
}

/**
 * Judges a candidate on conversations that its trainer never had. Messages whose like (same words after the same words)
 * stands in the trainer's snapshot are left out: they would tell what was remembered, not what was learned.
 * @throws NOT_FOUND, ARTEFACT_CORRUPT, FILE_UNREADABLE
 */
export async function audit(order: AuditOrder, registry: Registry): Promise<SealedVerdict> {
  const taught = answeredTurns(await conversationsOf(order.teaching, order.role), { afterResults: true });
  const payloadTools = findPayloadTools(taught);
  const turns = await sealedTurns(order, taught);
  const others = answeredTurns(await conversationsOf(order.sealed, order.role), { afterResults: true });
  const settle = async (id: string): Promise<Settled> =>
    settledBy(id, { turns, all: [...taught, ...others], payloadTools }, registry, order.device);
  const { strictly: candidate, certified } = await settle(order.candidate);
  const champion = order.champion === null ? null : (await settle(order.champion)).strictly;
  return judgeSealed({ candidate, certified, champion, seen: order.seen }, order.terms);
}

interface Sealed {
  readonly turns: readonly AnsweredTurn[];
  /** Everything taught and sealed: what the steps of a reply are told by. */
  readonly all: readonly AnsweredTurn[];
  readonly payloadTools: ReadonlyMap<string, PayloadTool>;
}

interface Settled {
  /** Right is only what was done. */
  readonly strictly: SettledTurn[];
  /** Right as the certificate counts it: also who keeps to the script; see `keptScript`. */
  readonly certified: SettledTurn[];
}

async function sealedTurns({ sealed, role }: AuditOrder, taught: readonly AnsweredTurn[]): Promise<AnsweredTurn[]> {
  const conversations = await conversationsOf(sealed, role);
  const unlabelled = ownAnswers(conversations, await readSnapshotDecisions(sealed));
  for (const message of confirmedBy(await readSnapshotFeedback(sealed))) unlabelled.delete(message);
  const known = new Set(taught.map(likenessOf));
  return answeredTurns(conversations).filter(
    (turn) => !unlabelled.has(turn.message.id) && !known.has(likenessOf(turn)),
  );
}

/** Equal for turns in which the same was said after the same. */
export function likenessOf({ message, history }: AnsweredTurn): string {
  return sha256([...history, message].map((one) => `${one.author}:${fold(textOf(one))}`).join('\n'));
}

async function conversationsOf(path: string, role: string): Promise<Conversation[]> {
  return (await readSnapshot(path)).filter((one) => one.role === role && (one.split === null || one.split === 'train'));
}

async function settledBy(
  id: string,
  { turns, all, payloadTools }: Sealed,
  registry: Registry,
  device: Device,
): Promise<Settled> {
  const opened = await registry.openBundle(id);
  if (opened === null) throw new EngineError('ARTEFACT_CORRUPT', { id, detail: 'a model of it is damaged' });
  const { cet: _, ...judgedKinds } = opened.artefacts;
  const models = await loadModels({ artefacts: judgedKinds }, registry, device);
  try {
    const settled = async (isKept?: KeptScript): Promise<SettledTurn[]> =>
      settleTurns(
        await judgeTurns(turns, judgingTiers(models), payloadTools, silent, isKept),
        opened.bundle.thresholds,
      );
    const strictly = await settled();
    const keepsScript = models.lppm?.followsOrder === true;
    return { strictly, certified: keepsScript ? await settled(keptScript(all, payloadTools, models.lppm)) : strictly };
  } finally {
    await disposeAll(models);
  }
}
