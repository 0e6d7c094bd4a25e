import type { Device } from '../../engine/core/config.ts';
import type { Conversation } from '../../engine/core/conversation.ts';
import type { Progress } from '../../engine/core/progress.ts';
import type { Bundle } from '../../models/bundle.ts';
import type { ArtefactKind } from '../../models/manifest.ts';
import type { OpenBundle, Registry } from '../../models/registry/registry.ts';
import { loadModels } from '../artefacts.ts';
import { settleTurns, type LadderThresholds, type SettledTurn } from '../ladder/evaluate.ts';
import { answeredTurns, type AnsweredTurn } from '../examples/answered-turn.ts';
import { correctedTurns, wordsOver, type Correction } from '../examples/correction.ts';
import type { KeptScript } from '../examples/kept-script.ts';
import type { PayloadTool } from '../examples/payload-tools.ts';
import { championAt, longAgo } from './champion-before.ts';
import { measureLatency, type Footprint } from './footprint.ts';
import { judgeTurns, type JudgedTurn } from '../ladder/judged-turn.ts';
import { isOutlived } from './outlived-bundle.ts';
import { judgingTiers } from '../ladder/judging-tiers.ts';
import { disposeAll, type Learned, type LearnedModels } from '../learned.ts';
import { tiersOf } from '../ladder/tiers.ts';

/** What all contenders are asked. */
export interface Ground {
  readonly turns: readonly AnsweredTurn[];
  /** Turns that neither training nor the choice of thresholds saw; `learn` returns only what became of them. */
  readonly heldOut: readonly AnsweredTurn[];
  /** Held-out turns that were passed up in service; see `withPassedUp`. */
  readonly passedUp: readonly AnsweredTurn[];
  /** Turns that people corrected, each with the answer that was called right. */
  readonly corrected: readonly AnsweredTurn[];
  readonly payloadTools: ReadonlyMap<string, PayloadTool>;
  readonly isKept: KeptScript;
}

export interface ContestOptions {
  readonly role: string;
  readonly registry: Registry;
  readonly device: Device;
  readonly codeVersion: string;
  readonly progress: Progress;
}

/** A bundle that serves or served, with its models loaded. */
export interface Champion {
  readonly bundle: Bundle;
  readonly models: LearnedModels;
  readonly bytes: number;
}

export function groundOf(
  conversations: readonly Conversation[],
  learned: Learned,
  { corrections, audited }: { readonly corrections: readonly Correction[]; readonly audited: readonly Correction[] },
): Ground {
  const turns = answeredTurns(
    conversations.filter(({ split }) => split === null || split === 'train'),
    { afterResults: true },
  );
  const among = (rows: readonly JudgedTurn[]): AnsweredTurn[] => {
    const messages = new Set(rows.map((turn) => turn.message));
    return turns.filter((turn) => messages.has(turn.message.id));
  };
  return {
    turns,
    heldOut: wordsOver(among(learned.heldOut), audited),
    passedUp: among(learned.passedUp),
    corrected: correctedTurns(turns, corrections),
    payloadTools: learned.payloadTools,
    isKept: learned.isKept,
  };
}

/**
 * The serving bundle; null where none serves, or where the code has outlived this one: then nothing serves that a candidate
 * could be worse than. One whose model is damaged is set aside, and the one before it
 * opened.
 */
export async function openChampion(options: ContestOptions): Promise<Champion | null> {
  const { registry, role } = options;
  for (;;) {
    const opened = await registry.openCurrent(role);
    if (opened === null) return null;
    try {
      await loadsWhole(opened, options);
      return await load(opened, options);
    } catch (error) {
      if (await isOutlived(error, opened, registry, options.codeVersion)) return null;
      const isSetAside = (await registry.current(role))?.id !== opened.bundle.id;
      if (!isSetAside) throw error;
    }
  }
}

/** A server takes a bundle up whole or not at all. @throws ARTEFACT_MISMATCH */
async function loadsWhole({ artefacts: { cet } }: OpenBundle, { registry, device }: ContestOptions): Promise<void> {
  if (cet !== undefined) await disposeAll(await loadModels({ artefacts: { cet } }, registry, device));
}

async function load(opened: OpenBundle, { registry, device }: ContestOptions): Promise<Champion> {
  // the context tier settles nothing, so there is nothing to judge
  const { cet: _, ...judgedKinds } = opened.artefacts;
  const models = await loadModels({ ...opened, artefacts: judgedKinds }, registry, device);
  return { bundle: opened.bundle, models, bytes: bytesOf(opened) };
}

/**
 * What the champion of 30 days ago does with the held-out turns; null where it is the one that serves, or is not whole.
 * @param now milliseconds since 1970-01-01 UTC
 */
export async function judgeEarlier(
  ground: Ground,
  champion: Champion,
  now: number,
  options: ContestOptions,
): Promise<SettledTurn[] | null> {
  const id = championAt(await options.registry.history(options.role), now - longAgo);
  if (id === null || id === champion.bundle.id) return null;
  const opened = await options.registry.openBundle(id).catch(() => null);
  const earlier = opened === null ? null : await load(opened, options).catch(() => null);
  if (earlier === null) return null;
  try {
    const judged = await judgeTurns(
      ground.heldOut,
      judgingTiers(earlier.models),
      ground.payloadTools,
      options.progress,
      ground.isKept,
    );
    return settleTurns(judged, earlier.bundle.thresholds);
  } finally {
    await disposeAll(earlier.models);
  }
}

/** Size of all files of a bundle. */
export function bytesOf({ artefacts }: Pick<OpenBundle, 'artefacts'>): number {
  const files = Object.values(artefacts).flatMap(({ manifest }) => Object.values(manifest.files));
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** A ladder as it would serve. */
export interface Ladder {
  readonly models: Pick<LearnedModels, 'dtr' | 'lppm'>;
  readonly thresholds: LadderThresholds;
  readonly bytes: number;
}

/** Turns whose time is taken; enough for a 95th percentile. */
const timed = 200;

/** Time and size of ladders, side by side on the same turns. */
export async function footprintsOf(turns: readonly AnsweredTurn[], ladders: readonly Ladder[]): Promise<Footprint[]> {
  const step = Math.max(1, Math.floor(turns.length / timed));
  const asked = turns.filter((_, index) => index % step === 0).slice(0, timed);
  const times = await measureLatency(
    asked,
    ladders.map((ladder) => {
      const tiers = cheapTiers(ladder);
      return async ({ message, history, role, tools }: AnsweredTurn) => {
        for (const tier of tiers) if ((await tier.consider({ message, history, role, tools })).settled) return;
      };
    }),
  );
  return ladders.map(({ bytes }, index) => ({ p95Ms: times[index] ?? 0, bytes }));
}

/** The tiers below the LLM that a ladder has, with the thresholds that it serves with. */
export function cheapTiers({ models, thresholds }: Pick<Ladder, 'models' | 'thresholds'>) {
  const { dtr, lppm } = tiersOf({ models: { ...models, cet: null }, thresholds });
  return [dtr, lppm].filter((tier) => tier !== null);
}

/** Fresh tiers beside those of the champion that were not learned anew, each with the thresholds that it had. */
export interface Combined {
  readonly artefacts: Partial<Record<ArtefactKind, string>>;
  readonly thresholds: LadderThresholds;
  readonly models: Pick<LearnedModels, 'dtr' | 'lppm'>;
  /** Held-out turns first, then the corrected ones. */
  readonly judged: readonly JudgedTurn[];
  /** Everything that settles was learned now, so that its certificate speaks of the whole ladder. */
  readonly isWhole: boolean;
}

export function combine(
  learned: Learned,
  published: Partial<Record<ArtefactKind, string>>,
  champion: Champion | null,
  judged: { readonly fresh: readonly JudgedTurn[]; readonly old: readonly JudgedTurn[] },
): Combined {
  const old = champion?.bundle;
  const isKept = (kind: 'dtr' | 'lppm'): boolean => published[kind] === undefined && old?.artefacts[kind] !== undefined;
  const thresholdsOf = (kind: 'dtr' | 'lppm') =>
    isKept(kind) && old !== undefined ? old.thresholds[kind] : learned.thresholds[kind];
  const settledBy = (kind: string): number => learned.certificate.tiers.find(({ tier }) => tier === kind)?.settled ?? 0;
  const before = new Map(judged.old.map((turn) => [turn.message, turn]));
  return {
    artefacts: { ...old?.artefacts, ...published },
    thresholds: { dtr: thresholdsOf('dtr'), lppm: thresholdsOf('lppm') },
    models: {
      dtr: isKept('dtr') ? (champion?.models.dtr ?? null) : learned.models.dtr,
      lppm: isKept('lppm') ? (champion?.models.lppm ?? null) : learned.models.lppm,
    },
    judged: judged.fresh.map((turn) => ({
      ...turn,
      dtr: isKept('dtr') ? (before.get(turn.message)?.dtr ?? null) : turn.dtr,
      lppm: isKept('lppm') ? (before.get(turn.message)?.lppm ?? null) : turn.lppm,
    })),
    isWhole: (['dtr', 'lppm'] as const).every(
      (kind) => published[kind] !== undefined || (!isKept(kind) && settledBy(kind) === 0),
    ),
  };
}
