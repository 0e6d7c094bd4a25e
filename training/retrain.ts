import { versionOf } from '../datasets/processes/process-match.ts';
import { sealedWith } from '../datasets/log/sealed-part.ts';
import { readSnapshot, readSnapshotDecisions, readSnapshotFeedback } from '../datasets/log/snapshot.ts';
import type { Clock } from '../engine/core/clock.ts';
import type { Device, EncoderTuning } from '../engine/core/config.ts';
import { EngineError } from '../engine/core/errors.ts';
import { canonicalJson } from '../engine/core/hash.ts';
import type { Process } from '../engine/core/process.ts';
import type { Progress } from '../engine/core/progress.ts';
import type { Bundle, BundleContent } from '../models/bundle.ts';
import { boundOf, type Bound } from '../models/certificate/certificate.ts';
import { artefactKinds, taughtProcesses, type ArtefactDescription, type ArtefactKind } from '../models/manifest.ts';
import type { Registry } from '../models/registry/registry.ts';
import { publishModels } from './artefacts.ts';
import type { AuditOrder } from './audit/audit.ts';
import { combine, groundOf, openChampion, type Champion } from './gate/contest.ts';
import { type LadderFigures } from './ladder/evaluate.ts';
import { contextOutcomes } from './examples/context-outcomes.ts';
import { seenByGate, type GateVerdict } from './gate/gate.ts';
import { levelOfNextTest } from './gate/alpha-spending.ts';
import type { Terms } from './gate/losses.ts';
import type { SealedVerdict } from './gate/sealed.ts';
import { judgeTurns } from './ladder/judged-turn.ts';
import { judgingTiers } from './ladder/judging-tiers.ts';
import { referenceReader } from './labels/reference.ts';
import { trustedLabels } from './labels/trusted-labels.ts';
import { learn } from './learn.ts';
import { disposeAll, type Learned, type LearnedTier } from './learned.ts';
import { fewestAudited } from './ladder/certificate.ts';
import type { RetrainResult } from './queue/queue.ts';
import { judge, judgeContextOf, termsOf } from './gate/verdict.ts';

export interface RetrainOptions {
  readonly role: string;
  readonly snapshot: { readonly id: string; readonly path: string };
  readonly registry: Registry;
  readonly seed: number;
  readonly alpha: number;
  readonly delta: number;
  readonly device: Device;
  /** See `LppmOptions`. */
  readonly encoder?: string;
  readonly encoderTuning?: EncoderTuning;
  readonly tiers?: readonly LearnedTier[];
  /** Approved processes of the role; see `learn`. */
  readonly processes?: readonly Process[];
  /** See `RetrainConfig`. */
  readonly explore?: number;
  readonly rollout?: 'canary' | 'direct';
  readonly codeVersion: string;
  readonly progress: Progress;
  /** See `learn`. */
  readonly notice?: (line: string) => void;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Name of who trains, for the registry's log. */
  readonly owner?: string;
  /** Judges on sealed conversations, in another process; without it nobody does. */
  readonly audit?: (order: AuditOrder) => Promise<SealedVerdict>;
  /** Rows of the base corpus; see `learn`. */
  readonly baseRows?: number;
}

/**
 * Learns a role's models from a snapshot, seals them, compares them with the champion on conversations that neither
 * learned from, and promotes them when they are not worse. The bundle is kept either way.
 * @throws TOO_FEW_ROWS, REGISTRY_CONFLICT where a later trainer has claimed the role, JOB_CANCELLED
 */
export async function retrain(options: RetrainOptions): Promise<RetrainResult> {
  const { role, registry, progress, signal } = options;
  const stopIfAsked = (): void => {
    if (signal?.aborted === true) throw new EngineError('JOB_CANCELLED', { id: role });
  };
  const token = await registry.claim(role, options.owner ?? `process ${process.pid}`);
  progress({ stage: 'read snapshot', done: 0, total: null });
  const conversations = (await readSnapshot(options.snapshot.path)).filter((one) => one.role === role);
  const feedback = await readSnapshotFeedback(options.snapshot.path);
  const decisions = await readSnapshotDecisions(options.snapshot.path);
  const isProse = options.tiers?.includes('dtr') === false ? undefined : await referenceReader(options.device);
  const { corrections, lines, passedShare, ...labels } = trustedLabels(conversations, feedback, decisions, {
    ...(isProse === undefined ? {} : { isProse }),
    ...(options.explore === undefined ? {} : { explore: options.explore }),
    fewestAudited: fewestAudited(options.alpha, options.delta),
  });
  for (const note of lines) progress({ stage: 'labels', done: 0, total: null, note });
  const outcomes = contextOutcomes(conversations, decisions, feedback);
  const learned = await learn(conversations, {
    ...pick(options),
    ...labels,
    corrections,
    contextOutcomes: outcomes,
    ...(options.tiers === undefined ? {} : { tiers: options.tiers }),
    ...(options.processes === undefined ? {} : { processes: options.processes }),
    ...(options.baseRows === undefined ? {} : { baseRows: options.baseRows }),
    ...(signal === undefined ? {} : { signal }),
    ...(options.notice === undefined ? {} : { notice: options.notice }),
  });
  let champion: Champion | null = null;
  try {
    stopIfAsked();
    const ground = groundOf(conversations, learned, { corrections, audited: labels.audited });
    progress({ stage: 'compare with champion', done: 0, total: null });
    champion = await openChampion(options);
    const serving = champion?.bundle.id ?? (await registry.current(role))?.id ?? null;
    const asked = [...ground.heldOut, ...ground.corrected];
    const old =
      champion === null
        ? []
        : await judgeTurns(asked, judgingTiers(champion.models), ground.payloadTools, progress, ground.isKept);
    stopIfAsked();

    progress({ stage: 'seal models', done: 0, total: null });
    const level = levelOfNextTest(await registry.history(role), options.clock.now());
    const context = await judgeContextOf(learned, champion, {
      ...options,
      ground,
      outcomes,
      unlabelled: labels.unlabelled,
      level,
    });
    const published = await publishModels(
      learned,
      ground.turns,
      ground.payloadTools,
      registry,
      options.device,
      (kind) => describe(kind, learned, options),
    );
    const corrected = await judgeTurns(
      ground.corrected,
      judgingTiers(learned.models),
      ground.payloadTools,
      progress,
      ground.isKept,
    );
    if (context?.isAccepted === false) delete published.cet;
    const combined = combine(learned, published, champion, { fresh: [...learned.heldOut, ...corrected], old });
    stopIfAsked();
    const verdict = await judge({ ground, learned, combined, champion, old, passedShare, level, context }, options);
    const content: BundleContent = {
      role,
      artefacts: combined.artefacts,
      thresholds: combined.thresholds,
      certificate: combined.isWhole ? learned.certificate : recertify(verdict.candidate, options),
      metrics: metricsOf(verdict),
      parent: champion?.bundle.id ?? null,
    };
    stopIfAsked();
    const terms = termsOf(learned, champion, options);
    const standing = { champion: champion?.bundle ?? null, serving, token, level, terms, lines };
    return await decide(content, verdict, standing, options);
  } finally {
    await disposeAll(learned.models);
    if (champion !== null) await disposeAll(champion.models);
  }
}

/** Bound of what serves where thresholds were set together with tiers that do not. */
function recertify({ turns, settled, errors }: LadderFigures, options: RetrainOptions): Bound {
  const reason = 'not all tiers were learned together; the bound is of what they settle now';
  return { ...boundOf(turns, settled, errors, options), reason };
}

function pick({ seed, alpha, delta, device, encoder, encoderTuning, progress }: RetrainOptions) {
  const pretrained = { ...(encoder && { encoder }), ...(encoderTuning && { encoderTuning }) };
  return { seed, alpha, delta, device, progress, ...pretrained };
}

function describe(kind: ArtefactKind, learned: Learned, options: RetrainOptions): ArtefactDescription {
  // durations differ from run to run, and would give the same model another name
  const notes = Object.entries(learned.reports[kind]?.notes ?? {}).filter(([name]) => !/seconds|ms$/i.test(name));
  const taught = (options.processes ?? []).map(versionOf).toSorted().join(' ');
  const numbers = notes.filter((note): note is [string, number] => Number.isFinite(note[1]));
  return {
    role: options.role,
    kind,
    // trained from nothing: who it was compared with stands in the bundle, and must not change the artefact's name
    parent: null,
    dataSnapshot: options.snapshot.id,
    codeVersion: options.codeVersion,
    seed: options.seed,
    schemas: {
      code: options.codeVersion,
      // which approved definitions it was taught; what serves can so be asked what it follows
      ...(kind === 'lppm' && taught !== '' ? { [taughtProcesses]: taught } : {}),
    },
    metrics: { rows: learned.reports[kind]?.rows ?? 0, ...Object.fromEntries(numbers) },
  };
}

function metricsOf({ candidate }: GateVerdict): Record<string, number> {
  const { turns, settled, errors, unsafe, coverage, error, errorUpper, dtr, lppm } = candidate;
  return {
    turns,
    settled,
    errors,
    unsafe,
    coverage,
    error,
    errorUpper,
    dtrShare: dtr.share,
    dtrAccuracy: dtr.accuracy,
    lppmShare: lppm.share,
    lppmAccuracy: lppm.accuracy,
  };
}

interface Standing {
  readonly champion: Bundle | null;
  /** Id of what the registry says serves; another than the champion's where that does not load any more. */
  readonly serving: string | null;
  readonly token: number;
  readonly level: number;
  readonly terms: Terms;
  /** Which labels were set aside. */
  readonly lines: readonly string[];
}

async function decide(
  content: BundleContent,
  verdict: GateVerdict,
  { champion, serving, token, level, terms, lines }: Standing,
  options: RetrainOptions,
): Promise<RetrainResult> {
  const { role, registry, progress, rollout } = options;
  const bundle = await registry.addBundle(content);
  const outdated = 'what serves was made for other code and does not load here; it is not compared with';
  const isOutdated = champion === null && serving !== null;
  const reasons = [...lines, ...(isOutdated ? [outdated] : []), ...verdict.reasons];
  let isPromoted = verdict.isPromoted;
  const isSame =
    champion !== null &&
    artefactKinds.every((kind) => champion.artefacts[kind] === content.artefacts[kind]) &&
    canonicalJson(champion.thresholds) === canonicalJson(content.thresholds);
  if (isSame) {
    isPromoted = false;
    reasons.push('models and thresholds are the same, bit for bit: there is nothing to promote');
  }
  const sealed = await sealedWith(options.snapshot.path);
  if (isPromoted && options.audit !== undefined && sealed !== null) {
    progress({ stage: 'audit on sealed conversations', done: 0, total: null });
    const found = await options.audit({
      role,
      teaching: options.snapshot.path,
      sealed,
      candidate: bundle.id,
      champion: champion?.id ?? null,
      seen: seenByGate(verdict),
      terms,
      device: options.device,
    });
    isPromoted = found.faults.length === 0;
    reasons.push(...found.reasons, ...found.faults);
  }
  if (champion !== null && !isSame) {
    await registry.recordTest({ role, bundle: bundle.id, champion: champion.id, level, isPromoted });
  }
  if (isPromoted && rollout === 'canary' && champion !== null) {
    isPromoted = false;
    if (await registry.hasFailed(role, bundle.id)) reasons.push('it was tried out before, and withdrawn');
    else {
      const reason = verdict.reasons.at(-1) ?? '';
      await registry.offer(role, bundle.id, { expected: champion.id, token, share: 0, reason });
      reasons.push('it is tried out beside the champion first');
    }
  }
  if (isPromoted) {
    const reason = verdict.reasons.at(-1) ?? '';
    await registry.promote(role, bundle.id, { expected: serving, token, reason });
  }
  progress({ stage: isPromoted ? 'promoted' : 'kept the champion', done: 1, total: 1, note: reasons.at(-1) ?? '' });
  return { role, bundle: bundle.id, promoted: isPromoted, reasons, metrics: { ...content.metrics } };
}
