import { readSnapshot, readSnapshotDecisions, readSnapshotFeedback } from '../datasets/log/snapshot.ts';
import type { Clock } from '../engine/core/clock.ts';
import type { Device } from '../engine/core/config.ts';
import type { Conversation } from '../engine/core/conversation.ts';
import { EngineError } from '../engine/core/errors.ts';
import { canonicalJson } from '../engine/core/hash.ts';
import type { Process } from '../engine/core/process.ts';
import type { Progress } from '../engine/core/progress.ts';
import type { Bundle, BundleContent } from '../models/bundle.ts';
import { boundOf, type Bound } from '../models/certificate.ts';
import { artefactKinds, type ArtefactDescription, type ArtefactKind } from '../models/manifest.ts';
import type { Registry } from '../models/registry.ts';
import { loadModels, publishModels } from './artefacts.ts';
import { confirmedBy, correctionsOf } from './corrections.ts';
import { settleTurns, type LadderThresholds, type SettledTurn } from './evaluate.ts';
import { correctedTurns, type Correction } from './examples/correction.ts';
import { answeredTurns } from './examples/answered-turn.ts';
import { ownAnswers } from './examples/own-answers.ts';
import { judgeCandidate, type GateVerdict } from './gate.ts';
import { judgeTurns } from './judged-turn.ts';
import { judgingTiers } from './judging-tiers.ts';
import { disposeAll, learn, type Learned, type LearnedTier } from './learn.ts';
import type { RetrainResult } from './queue.ts';

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
  readonly tiers?: readonly LearnedTier[];
  /** Approved processes of the role; see `learn`. */
  readonly processes?: readonly Process[];
  readonly codeVersion: string;
  readonly progress: Progress;
  /** See `learn`. */
  readonly notice?: (line: string) => void;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Name of who trains, for the registry's log. */
  readonly owner?: string;
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
  const corrections = correctionsOf(feedback);
  const unlabelled = ownAnswers(conversations, await readSnapshotDecisions(options.snapshot.path));
  for (const message of confirmedBy(feedback)) unlabelled.delete(message);
  const learned = await learn(conversations, {
    ...pick(options),
    corrections,
    unlabelled,
    ...(options.tiers === undefined ? {} : { tiers: options.tiers }),
    ...(options.processes === undefined ? {} : { processes: options.processes }),
    ...(options.baseRows === undefined ? {} : { baseRows: options.baseRows }),
    ...(signal === undefined ? {} : { signal }),
    ...(options.notice === undefined ? {} : { notice: options.notice }),
  });
  try {
    stopIfAsked();
    const ground = groundOf(conversations, learned, corrections);
    progress({ stage: 'compare with champion', done: 0, total: null });
    const champion = await judgeChampion(ground, options);
    stopIfAsked();

    progress({ stage: 'seal models', done: 0, total: null });
    const { turns, payloadTools } = ground;
    const published = await publishModels(learned, turns, payloadTools, registry, options.device, (kind) =>
      describe(kind, learned, options),
    );
    const corrected = await judgeTurns(ground.corrected, judgingTiers(learned.models), ground.payloadTools, progress);
    const combined = combine(learned, published, champion, corrected);
    const { unseen: rows, corrected: mended } = apart(settleTurns(combined.judged, combined.thresholds), ground);
    const before = champion === null ? null : apart(champion.rows, ground);
    const proved = champion?.bundle.certificate?.alpha;
    const isStricter = proved !== undefined && options.alpha < proved;
    const verdict = judgeCandidate(rows, before?.unseen ?? null, {
      alpha: options.alpha,
      isStricter,
      corrected: { candidate: mended, champion: before?.corrected ?? [] },
    });
    const content: BundleContent = {
      role,
      artefacts: combined.artefacts,
      thresholds: combined.thresholds,
      certificate: combined.isWhole ? learned.certificate : recertify(rows, options),
      metrics: metricsOf(verdict),
      parent: champion?.bundle.id ?? null,
    };
    stopIfAsked();
    return await decide(content, verdict, champion?.bundle ?? null, token, options);
  } finally {
    await disposeAll(learned.models);
  }
}

function pick({ seed, alpha, delta, device, encoder, progress }: RetrainOptions) {
  return { seed, alpha, delta, device, progress, ...(encoder === undefined ? {} : { encoder }) };
}

/** The held-out turns themselves; `learn` returns only what became of them. */
function groundOf(conversations: readonly Conversation[], learned: Learned, corrections: readonly Correction[]) {
  const all = answeredTurns(
    conversations.filter(({ split }) => split === null || split === 'train'),
    { afterResults: true },
  );
  const messages = new Set(learned.heldOut.map((turn) => turn.message));
  return {
    turns: all,
    heldOut: all.filter((turn) => messages.has(turn.message.id)),
    corrected: correctedTurns(all, corrections),
    payloadTools: learned.payloadTools,
  };
}
type Ground = ReturnType<typeof groundOf>;

/** Rows that nobody learned from, which prove something, apart from those that people corrected. */
function apart(rows: readonly SettledTurn[], ground: Ground) {
  const ids = new Set(ground.corrected.map((turn) => turn.message.id));
  return {
    unseen: rows.filter((row) => !ids.has(row.message)),
    corrected: rows.filter((row) => ids.has(row.message)),
  };
}

interface Champion {
  readonly bundle: Bundle;
  readonly judged: Awaited<ReturnType<typeof judgeTurns>>;
  readonly rows: readonly SettledTurn[];
}

/**
 * What the serving bundle does with the held-out and the corrected turns; null where none serves. One whose model is damaged is set aside
 * and the one before it judged.
 */
async function judgeChampion(ground: Ground, options: RetrainOptions): Promise<Champion | null> {
  const { registry, role, device, progress } = options;
  for (;;) {
    const opened = await registry.openCurrent(role);
    if (opened === null) return null;
    try {
      // the context tier settles nothing, so there is nothing to judge
      const { cet: _, ...judgedKinds } = opened.artefacts;
      const models = await loadModels({ ...opened, artefacts: judgedKinds }, registry, device);
      try {
        const turns = [...ground.heldOut, ...ground.corrected];
        const judged = await judgeTurns(turns, judgingTiers(models), ground.payloadTools, progress);
        return { bundle: opened.bundle, judged, rows: settleTurns(judged, opened.bundle.thresholds) };
      } finally {
        await disposeAll(models);
      }
    } catch (error) {
      const isSetAside = (await registry.current(role))?.id !== opened.bundle.id;
      if (!isSetAside) throw error;
    }
  }
}

/** Fresh tiers beside those of the champion that were not learned anew, each with the thresholds that it had. */
function combine(
  learned: Learned,
  published: Partial<Record<ArtefactKind, string>>,
  champion: Champion | null,
  corrected: Learned['heldOut'],
): {
  readonly artefacts: Partial<Record<ArtefactKind, string>>;
  readonly thresholds: LadderThresholds;
  readonly judged: Learned['heldOut'];
  /** Everything that settles was learned now, so that its certificate speaks of the whole ladder. */
  readonly isWhole: boolean;
} {
  const old = champion?.bundle;
  const isKept = (kind: 'dtr' | 'lppm'): boolean => published[kind] === undefined && old?.artefacts[kind] !== undefined;
  const thresholdsOf = (kind: 'dtr' | 'lppm') =>
    isKept(kind) && old !== undefined ? old.thresholds[kind] : learned.thresholds[kind];
  const settledBy = (kind: string): number => learned.certificate.tiers.find(({ tier }) => tier === kind)?.settled ?? 0;
  const before = new Map(champion?.judged.map((turn) => [turn.message, turn]));
  return {
    artefacts: { ...old?.artefacts, ...published },
    thresholds: { dtr: thresholdsOf('dtr'), lppm: thresholdsOf('lppm') },
    judged: [...learned.heldOut, ...corrected].map((turn) => ({
      ...turn,
      dtr: isKept('dtr') ? (before.get(turn.message)?.dtr ?? null) : turn.dtr,
      lppm: isKept('lppm') ? (before.get(turn.message)?.lppm ?? null) : turn.lppm,
    })),
    isWhole: (['dtr', 'lppm'] as const).every(
      (kind) => published[kind] !== undefined || (!isKept(kind) && settledBy(kind) === 0),
    ),
  };
}

/** Bound of what serves where thresholds were set together with tiers that do not. */
function recertify(rows: readonly SettledTurn[], options: RetrainOptions): Bound {
  const settled = rows.filter((row) => row.tier !== null);
  const errors = settled.filter((row) => !row.correct).length;
  const reason = 'not all tiers were learned together; the bound is of what they settle now';
  return { ...boundOf(rows.length, settled.length, errors, options), reason };
}

function describe(kind: ArtefactKind, learned: Learned, options: RetrainOptions): ArtefactDescription {
  // durations differ from run to run, and would give the same model another name
  const notes = Object.entries(learned.reports[kind]?.notes ?? {}).filter(([name]) => !/seconds|ms$/i.test(name));
  const numbers = notes.filter((note): note is [string, number] => Number.isFinite(note[1]));
  return {
    role: options.role,
    kind,
    // trained from nothing: who it was compared with stands in the bundle, and must not change the artefact's name
    parent: null,
    dataSnapshot: options.snapshot.id,
    codeVersion: options.codeVersion,
    seed: options.seed,
    schemas: { code: options.codeVersion },
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

async function decide(
  content: BundleContent,
  verdict: GateVerdict,
  champion: Bundle | null,
  token: number,
  { role, registry, progress }: RetrainOptions,
): Promise<RetrainResult> {
  const bundle = await registry.addBundle(content);
  const reasons = [...verdict.reasons];
  let isPromoted = verdict.isPromoted;
  const isSame =
    champion !== null &&
    artefactKinds.every((kind) => champion.artefacts[kind] === content.artefacts[kind]) &&
    canonicalJson(champion.thresholds) === canonicalJson(content.thresholds);
  if (isPromoted && isSame) {
    isPromoted = false;
    reasons.push('models and thresholds are the same, bit for bit: there is nothing to promote');
  }
  if (isPromoted) {
    const reason = reasons.at(-1) ?? '';
    await registry.promote(role, bundle.id, { expected: champion?.id ?? null, token, reason });
  }
  progress({ stage: isPromoted ? 'promoted' : 'kept the champion', done: 1, total: 1, note: reasons.at(-1) ?? '' });
  return { role, bundle: bundle.id, promoted: isPromoted, reasons, metrics: { ...content.metrics } };
}
