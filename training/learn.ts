import { baseCorpus } from '../datasets/sample/base-corpus.ts';
import type { Device, EncoderTuning } from '../engine/core/config.ts';
import type { Conversation } from '../engine/core/conversation.ts';
import { EngineError } from '../engine/core/errors.ts';
import { hashFraction } from '../engine/core/hash.ts';
import type { Process } from '../engine/core/process.ts';
import type { Progress } from '../engine/core/progress.ts';
import type { FitReport } from '../models/estimator.ts';
import { DtrModel } from '../models/dtr/model.ts';
import { definedProcessOf } from '../models/lppm/definitions/defined-process.ts';
import { LppmModel } from '../models/lppm/model.ts';
import { answeredTurns, type AnsweredTurn } from './examples/answered-turn.ts';
import { baseExamples, type BaseRow } from './examples/base-examples.ts';
import { cetExamples } from './examples/cet-examples.ts';
import type { ContextOutcome } from './examples/context-outcomes.ts';
import { applyCorrections, wordsOver, type Correction } from './examples/correction.ts';
import { dtrExamples } from './examples/dtr-examples.ts';
import { keptScript } from './examples/kept-script.ts';
import { lppmExamples, lppmTurns } from './examples/lppm-examples.ts';
import { findPayloadTools, type PayloadTool } from './examples/payload-tools.ts';
import { fairSample } from './labels/fair-sample.ts';
import { judgeTurns, type JudgedTurn } from './ladder/judged-turn.ts';
import { CrossFittedTier } from './ladder/cross-fitted-tier.ts';
import { certifyLadder, fewestAudited, type ScoredTurns } from './ladder/certificate.ts';
import type { Learned, LearnedModels, LearnedTier } from './learned.ts';
import { disposeAll } from './learned.ts';
import { strangersOf } from './ladder/scope.ts';
import { judgingTiers } from './ladder/judging-tiers.ts';

export interface LearnOptions {
  readonly seed: number;
  /** Error budget of the whole ladder. */
  readonly alpha: number;
  readonly delta: number;
  readonly device: Device;
  /** Pre-trained text encoder of the process mapper; see `LppmOptions`. */
  readonly encoder?: string;
  readonly encoderTuning?: EncoderTuning;
  readonly progress: Progress;
  /** Told in one line, for each model, where the device is missing. */
  readonly notice?: (line: string) => void;
  readonly signal?: AbortSignal;
  /** Tiers to learn; all by default. */
  readonly tiers?: readonly LearnedTier[];
  /**
   * Share of messages that only an LLM can answer, in [0, 1), under which the budget has to hold, however many there were in
   * the log; absent: the certificate says up to which share it holds.
   */
  readonly scopeShare?: number;
  /** What people said was right for single messages. */
  readonly corrections?: readonly Correction[];
  /**
   * What people or verifiers called right for messages that were drawn at random, whatever became of them; null outcome: it
   * needed the LLM. Where there are enough of them they certify beside the teacher's labels.
   */
  readonly audited?: readonly Correction[];
  /** Ids of messages whose answers are no labels; nothing is learned from them or judged by them. */
  readonly unlabelled?: ReadonlySet<string>;
  /**
   * Ids of messages that have a label because a tier passed them up, and would have none had it settled them. They teach;
   * judged by them as well, a ladder would look worse than it is, since they are the hard ones: where there are enough
   * others they do not judge.
   */
  readonly selected?: ReadonlySet<string>;
  /** Ids of messages whose answers are labels of little trust: they judge like all others, and teach nothing. */
  readonly quarantined?: ReadonlySet<string>;
  /** What became of choices of context, by message; see `cetExamples`. */
  readonly contextOutcomes?: ReadonlyMap<string, ContextOutcome>;
  /** Processes of the role, written by hand or approved: the mapper follows those too that no conversation shows yet. */
  readonly processes?: readonly Process[];
  /** Rows of the project's own corpus, which give the tree router its first day; 0 for none. */
  readonly baseRows?: number;
}

/** Share of conversations, by hash of their id, that certify and gate, and that nothing learns from. */
const heldOutShare = { usual: 0.15, most: 0.3 };
/** A bound needs rows: a small log gives more of itself to certify at least about this many messages. */
const certifyingTurns = 300;
/** Models of these folds score the taught rows, each row by a model that did not see it. */
const folds = 3;
/**
 * Of the rows so scored, this share (by conversation) chooses thresholds; the others certify beside the held-out ones. In
 * a log of fewer messages than `large` models of folds err so much more than the ones that will serve that their rows
 * would certify less, not more (on the sample desk nothing instead of half): there they only choose.
 */
const choosing = { share: 0.4, large: 1500 };
/** Of two ways to certify, the one by few words needs more of delta than the one by a large log. */
const shareOfDelta = { words: 0.8, teacher: 0.2 };
/** Fewer conversations cannot be shared out to the folds. */
const fewestToCross = 10;
const baseRowsByDefault = 6000;
/** With fewer answered turns there is nothing to learn, let alone to certify. */
const minimumTurns = 40;

/**
 * Learns all tiers of a role from conversations without labels. Conversations are split by the hash of their id: 15 %
 * (of a small log up to 30 %) certify; the rest teaches, and is scored by three-fold cross-fitting: two fifths of it
 * choose thresholds, the others certify too. Imported split marks are kept: rows marked val or test are left out.
 * @throws TOO_FEW_ROWS, JOB_CANCELLED
 */
export async function learn(conversations: readonly Conversation[], options: LearnOptions): Promise<Learned> {
  const usable = conversations.filter(({ split }) => split === null || split === 'train');
  const corrections = options.corrections ?? [];
  const corrected = new Set(corrections.map((correction) => correction.message));
  const audited = (options.audited ?? []).filter(({ message }) => !corrected.has(message));
  const known = new Set(audited.map(({ message }) => message));
  const isLabelled = ({ message: { id } }: AnsweredTurn): boolean =>
    corrected.has(id) || known.has(id) || options.unlabelled?.has(id) !== true;
  const turns = answeredTurns(usable, { afterResults: true }).filter(isLabelled);
  if (turns.length < minimumTurns) {
    throw new EngineError('TOO_FEW_ROWS', { what: 'learning', needed: minimumTurns, actual: turns.length });
  }
  const payloadTools = findPayloadTools(turns);
  const { isFair, asked } = fairSample(turns, choosing.large, options.selected, known);
  const share = Math.min(heldOutShare.most, Math.max(heldOutShare.usual, certifyingTurns / Math.max(1, asked)));
  const isHeldOut = (turn: AnsweredTurn): boolean => hashFraction(`held out ${turn.conversation}`) < share;
  const teaching = turns.filter((turn) => !isHeldOut(turn));
  // A correction speaks of one message, wherever its conversation falls: it always teaches, and never judges, since the
  // log says of that message what was wrong.
  const isJudge = (turn: AnsweredTurn): boolean =>
    turn.message.author === 'user' && !corrected.has(turn.message.id) && isFair(turn);
  const tools = [...new Set(usable.flatMap((conversation) => conversation.tools.map(({ name }) => name)))];
  const workshop: Workshop = { options, payloadTools, tools, base: baseRowsOf(options) };

  const isTrusted = ({ message }: AnsweredTurn): boolean => options.quarantined?.has(message.id) !== true;
  const taught = [
    ...teaching.filter(isTrusted),
    ...turns.filter((turn) => isHeldOut(turn) && corrected.has(turn.message.id)),
  ];
  const tiers = options.tiers ?? ['dtr', 'lppm', 'cet'];
  const words = [...corrections, ...audited.map((one) => ({ weight: 1, ...one }))];
  const lessons = applyCorrections(taught, words);
  const { models, reports } = await fitAll(lessons, workshop, 'all', tiers);

  // A mapper that was not cross-fitted would be judged by what it learned from: it proposes nothing here.
  const isCrossed = models.lppm !== null && models.lppm.crossFitted !== null;
  const lppm = isCrossed ? new CrossFittedTier(models.lppm, lppmTurns(lessons, payloadTools)) : null;
  // what a person said of a message is the last word
  const isOpen = ({ message }: AnsweredTurn): boolean => !corrected.has(message.id) && !known.has(message.id);
  const isKept = keptScript(turns.filter(isOpen), payloadTools, models.lppm);
  const scored: JudgedTurn[] = [];
  for (let fold = 0; fold < folds; fold += 1) {
    const isInFold = (turn: AnsweredTurn): boolean => foldOf(turn.conversation) === fold;
    const others = teaching.filter((turn) => !isInFold(turn) && isTrusted(turn));
    const { models: own } = await fitAll(applyCorrections(others, words), workshop, `fold ${fold + 1}`, ['dtr']);
    const judged = teaching.filter((turn) => isInFold(turn) && isJudge(turn));
    const { dtr } = judgingTiers(own);
    scored.push(
      ...(await judgeTurns(wordsOver(judged, audited), { dtr, lppm }, payloadTools, options.progress, isKept)),
    );
    await disposeAll(own);
  }

  const unseen = wordsOver(
    turns.filter((turn) => isHeldOut(turn) && isJudge(turn)),
    audited,
  );
  const heldOut = await judgeTurns(unseen, judgingTiers(models), payloadTools, options.progress, isKept);
  const passedUp = await judgeTurns(
    turns.filter((turn) => isHeldOut(turn) && isOpen(turn) && !isFair(turn) && turn.message.author === 'user'),
    judgingTiers(models),
    payloadTools,
    options.progress,
    isKept,
  );
  const ways = waysToCertify(scored, heldOut, { asked, known, options });
  const strangers = strangersOf(turns);
  const keepsScript = models.lppm?.followsOrder === true;
  const ladders = ways.map((way) =>
    certifyLadder(way, {
      ...options,
      delta: options.delta * (ways.length === 1 ? 1 : shareOfDelta[way.isAudited === true ? 'words' : 'teacher']),
      strangers,
      keepsScript,
    }),
  );
  const best = ladders.reduce((one, other) => (other.certificate.coverage > one.certificate.coverage ? other : one));
  const { thresholds, teacherNoise } = best;
  const certificate = { ...best.certificate, delta: options.delta };
  const counts = { conversations: usable.length, turns: turns.length, heldOut: heldOut.length };
  return { models, thresholds, certificate, teacherNoise, reports, heldOut, passedUp, payloadTools, isKept, counts };
}

/**
 * Who chooses thresholds and who certifies them: by the teacher's labels, and, where there are enough of them, by the words
 * of people or verifiers. Whichever lets more be settled holds, so delta is shared between them.
 */
function waysToCertify(
  scored: readonly JudgedTurn[],
  heldOut: readonly JudgedTurn[],
  log: { readonly asked: number; readonly known: ReadonlySet<string>; readonly options: LearnOptions },
): ScoredTurns[] {
  const choosers = log.asked < choosing.large ? 1 : choosing.share;
  const isChooser = (turn: JudgedTurn): boolean => hashFraction(`chooses ${turn.conversation}`) < choosers;
  const byTeacher = {
    choosing: scored.filter(isChooser),
    certifying: [...heldOut, ...scored.filter((turn) => !isChooser(turn))],
  };
  const isKnown = ({ message }: JudgedTurn): boolean => log.known.has(message);
  const all = [...scored, ...heldOut];
  const audited = all.filter(isKnown);
  if (audited.length < fewestAudited(log.options.alpha, log.options.delta)) return [byTeacher];
  return [{ choosing: all.filter((turn) => !isKnown(turn)), certifying: audited, isAudited: true }, byTeacher];
}

interface Workshop {
  readonly options: LearnOptions;
  readonly payloadTools: ReadonlyMap<string, PayloadTool>;
  /** Names of all tools that the log offers. */
  readonly tools: readonly string[];
  readonly base: readonly BaseRow[];
}

async function fitAll(
  turns: readonly AnsweredTurn[],
  workshop: Workshop,
  stage: string,
  tiers: readonly LearnedTier[],
): Promise<{ models: LearnedModels; reports: Partial<Record<LearnedTier, FitReport>> }> {
  const { options, payloadTools } = workshop;
  const reports: Partial<Record<LearnedTier, FitReport>> = {};
  const fitOptions = (tier: LearnedTier) => {
    if (options.signal?.aborted === true) throw new EngineError('JOB_CANCELLED', { id: 'learning' });
    const progress: Progress = (event) => options.progress({ ...event, stage: `train ${tier} (${stage})` });
    const { seed, device, signal, notice } = options;
    const optional = { ...(signal === undefined ? {} : { signal }), ...(notice === undefined ? {} : { notice }) };
    return { seed, device, progress, ...optional };
  };
  const models: { -readonly [Tier in LearnedTier]: LearnedModels[Tier] } = { dtr: null, lppm: null, cet: null };
  if (tiers.includes('dtr')) {
    const model = new DtrModel();
    const logged = dtrExamples(turns, payloadTools);
    reports.dtr = await model.fit([...logged, ...baseExamples(workshop.base, logged)], fitOptions('dtr'));
    models.dtr = model;
  }
  const steps = tiers.includes('lppm') ? lppmExamples(turns, payloadTools) : [];
  if (steps.some((example) => example.action.kind !== 'escalate')) {
    const { encoder, encoderTuning } = options;
    const model = new LppmModel({ ...(encoder && { encoder }), ...(encoderTuning && { encoderTuning }) });
    const isEnough = new Set(steps.map(({ conversation }) => conversation)).size >= fewestToCross;
    const defined = (options.processes ?? []).map(definedProcessOf);
    reports.lppm = await model.fit(steps, {
      ...fitOptions('lppm'),
      followsOrder: true,
      tools: workshop.tools,
      ...(isEnough ? { folds } : {}),
      ...(defined.length === 0 ? {} : { definitions: defined }),
    });
    models.lppm = model;
  }
  const choices = tiers.includes('cet') ? cetExamples(turns, options.contextOutcomes) : [];
  if (choices.length >= minimumTurns) {
    const { CetModel } = await import('../models/cet/model.ts');
    const model = new CetModel();
    reports.cet = await model.fit(choices, fitOptions('cet'));
    models.cet = model;
  }
  return { models, reports };
}

function baseRowsOf({ seed, baseRows }: LearnOptions): readonly BaseRow[] {
  const rows = baseRows ?? baseRowsByDefault;
  return rows === 0 ? [] : baseCorpus(seed, { rows });
}

function foldOf(conversation: string): number {
  return Math.floor(hashFraction(`fold ${conversation}`) * folds);
}
