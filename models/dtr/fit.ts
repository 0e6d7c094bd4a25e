import { EngineError } from '../../engine/core/errors.ts';
import { seededRandom, shuffle } from '../../engine/core/random.ts';
import type { FitOptions } from '../estimator.ts';
import { boostedLearner } from './trees/boosted-learner.ts';
import type { ComposedMessage, DrawSentence } from './mixed/compose.ts';
import { composeEach } from './mixed/compose.ts';
import { ContentTrees } from './trees/content-trees.ts';
import type { DtrExample } from './example.ts';
import { features } from './features/schema.ts';
import { fitDestinations } from './words/fit-destinations.ts';
import { fitInstructions } from './mixed/fit-instructions.ts';
import type { Instructed } from './mixed/fit-instructions.ts';
import { fitMarkers, measureTexts } from './words/fit-markers.ts';
import { histogramCartLearner } from './trees/histogram-cart.ts';
import { drawSentence } from './mixed/instruction-draw.ts';
import { drawShortReplies } from './mixed/short-replies.ts';
import { LinearTable } from './words/linear-table.ts';
import { fitNoisyPlatt, fitPlatt } from './platt.ts';
import type { Calibration, RouterParts } from './router.ts';
import { Router, markerColumn, rowLength, shapeColumn } from './router.ts';
import type { SparseRows } from './words/linear-fit.ts';
import type { LessonRow } from './training-rows.ts';
import { isHeldBack, lessonOf } from './training-rows.ts';
import type { TreeLearner, TreeModel, TreeProblem } from './trees/tree-learner.ts';
import { readClass } from './trees/tree-learner.ts';
import { mlCartLearner } from './trees/ml-cart-learner.ts';
import type { Memory } from './memory.ts';
import { checksLimit, keepSample, memoryLimit } from './memory.ts';

export interface DtrOptions {
  /** `auto`: the boosted trees; with few rows ml-cart beside them, and the better of the two on rows held back. */
  readonly learner: 'auto' | TreeLearner['name'];
  /** Buckets of the content markers, a power of two; 4 bytes each in the artefact. */
  readonly markerBuckets: number;
  /** Buckets of the destination scores, a power of two; one byte per destination each. */
  readonly destinationBuckets: number;
}

export const defaultOptions: DtrOptions = { learner: 'auto', markerBuckets: 32_768, destinationBuckets: 8_192 };

/** Fewer rows than this cannot be split into folds with every class in each. */
const minimumRows = 30;
const folds = 4;
/** A row is taken for a slip of the log where a model that had not seen it is this sure of another label. */
const slipProbability = 0.02;

export interface Lesson {
  readonly text: string;
  /** Index into `markerClasses`. */
  readonly marker: number;
  /** Index into `treeClasses`. */
  readonly tree: number;
  readonly weight: number;
  readonly key: string | null;
  readonly group: string;
  readonly stratum: string;
}

/** Learns everything that a router serves. @throws TOO_FEW_ROWS, JOB_CANCELLED */
export async function fitRouter(
  examples: readonly DtrExample[],
  settings: DtrOptions,
  options: FitOptions,
): Promise<{ parts: RouterParts; memory: Memory; notes: Record<string, number | string> }> {
  const rows = examples.map(lessonOf).filter((row) => row !== null);
  if (rows.length < minimumRows) {
    throw new EngineError('TOO_FEW_ROWS', { what: 'dtr', needed: minimumRows, actual: rows.length });
  }
  const step = stepper(options);
  const random = seededRandom(options.seed);
  const share = Math.min(0.25, Math.max(60 / rows.length, Math.min(0.1, 800 / rows.length)));
  const teaching = rows.filter((row) => !isHeldBack(row.text, share, options.seed));
  const checking = rows.filter((row) => isHeldBack(row.text, share, options.seed));

  await step('compose', 0);
  const sentences = sentencesOf(teaching);
  const composed = composeFrom(teaching, sentences, random);
  const replies = drawShortReplies(Math.min(600, Math.round(teaching.length * replyShare)), random);
  const lessons = [...lessonsOf(teaching), ...composed.map(lessonOfComposed), ...replies.map(lessonOfReply)];
  const checks = lessonsOf(checking);
  const all = [...lessons, ...checks];
  await step('measure', 1);
  const measured = measureTexts(
    all.map((lesson) => lesson.text),
    settings.markerBuckets,
  );
  const use = Int32Array.from(lessons, (_lesson, index) => index);
  const later = Int32Array.from(checks, (_lesson, index) => lessons.length + index);
  const labels = Uint8Array.from(all, (lesson) => lesson.marker);
  const weights = Float32Array.from(all, (lesson) => lesson.weight);

  await step('markers', 2);
  const groups = all.map((lesson) => lesson.group);
  const { values } = measured;
  const learn = (column: number, grams: SparseRows) =>
    fitMarkers(values, column, grams, labels, weights, use, later, groups, folds, options.seed);
  const { model, ownProbability } = learn(markerColumn, measured.grams);
  const shapes = learn(shapeColumn, measured.shapes);
  const slips = dropSlips(use, ownProbability, weights);

  await step('trees', 4);
  const problem: TreeProblem = {
    values,
    rows: measured.rows,
    columns: rowLength,
    labels: Uint8Array.from(all, (lesson) => lesson.tree),
    mixed: Uint8Array.from(all, (lesson) => (lesson.marker === 3 ? 1 : 0)),
    weights,
    use: use.filter((row) => (weights[row] as number) > 0),
    check: later,
    seed: options.seed,
  };
  const trees = fitTrees(problem, settings.learner);

  await step('destinations', 6);
  const destinations = fitDestinations(all, use, measured, rows, settings.destinationBuckets, options.seed);

  await step('instructions', 7);
  const bareRows = shuffle(
    teaching.filter((row) => row.kind === 'bare'),
    random,
  ).slice(0, 3000);
  const proseTexts = shuffle(
    teaching.filter((row) => row.kind === 'prose').map((row) => row.text),
    random,
  ).slice(0, 3000);
  const wishes = fitInstructions(instructedOf(teaching), bareRows, proseTexts, options.seed, random, sentences);

  await step('calibrate', 8);
  const parts: RouterParts = {
    markers: LinearTable.quantise(model),
    shapes: LinearTable.quantise(shapes.model),
    trees: new ContentTrees(trees),
    wishes: LinearTable.quantise(wishes),
    destinations,
    calibration: { content: [1, 0], prose: [1, 0] },
  };
  const { calibration, accuracy } = calibrate(parts, checking, slips / Math.max(1, lessonsOf(teaching).length));
  await step('done', 9);
  const notes = {
    learner: trees.learner,
    trees: trees.trees.length,
    nodes: parts.trees.flat.nodes,
    composed: composed.length,
    slips,
    destinations: destinations?.known.length ?? 0,
    heldBack: checking.length,
    heldBackAccuracy: accuracy,
  };
  return { parts: { ...parts, calibration }, memory: memoryOf(lessons, weights, measured.values, checking), notes };
}

/** Rows that look like slips are not remembered. */
function memoryOf(
  lessons: readonly Lesson[],
  weights: Float32Array,
  values: Float64Array,
  checking: readonly LessonRow[],
): Memory {
  const kept = lessons.flatMap(({ text, tree, marker, stratum }, row) => {
    const weight = weights[row] as number;
    if (weight === 0) return [];
    const learned = Array.from(values.subarray(row * rowLength + features.length, (row + 1) * rowLength));
    return [{ text, tree, mixed: marker === 3 ? 1 : 0, weight, learned, stratum }];
  });
  const checks = checking.map(({ example }) => example);
  return {
    lessons: keepSample(kept, memoryLimit, (row) => row),
    checks: keepSample(checks, checksLimit, (example) => ({ text: example.text, stratum: stratumOf(example) })),
  };
}

export function stratumOf({ source, class: content, subtype }: DtrExample): string {
  return `${source} ${content} ${subtype ?? ''}`;
}

/** Reports progress, gives other work a turn, and stops where the caller has given up. */
function stepper(options: FitOptions): (note: string, done: number) => Promise<void> {
  return async (note, done) => {
    options.progress?.({ stage: 'train dtr', done, total: 9, note });
    await new Promise((resolve) => setImmediate(resolve));
    if (options.signal?.aborted === true) throw new EngineError('JOB_CANCELLED', { id: 'train dtr' });
  };
}

export function lessonsOf(rows: readonly LessonRow[]): Lesson[] {
  const lessons: Lesson[] = [];
  for (const row of rows) {
    const group = groupOf(row);
    const stratum = stratumOf(row.example);
    if (row.kind === 'prose')
      lessons.push({ text: row.text, marker: 2, tree: readClass, weight: 1, key: null, group, stratum });
    else {
      const code = row.content === 'deterministic' ? 0 : 1;
      if (row.kind === 'bare') {
        lessons.push({ text: row.text, marker: code, tree: code, weight: 1, key: row.key, group, stratum });
      } else {
        lessons.push({ text: row.text, marker: 3, tree: readClass, weight: 1, key: null, group, stratum });
        lessons.push({ text: row.payload, marker: code, tree: code, weight: 1, key: row.key, group, stratum });
      }
    }
  }
  return lessons;
}

function lessonOfComposed(message: ComposedMessage): Lesson {
  const marker = message.wish === 'ask' ? 2 : 3;
  return {
    text: message.text,
    marker,
    tree: readClass,
    weight: 0.5,
    key: null,
    group: message.payload,
    stratum: 'composed',
  };
}

/** Messages put together from the bare payloads among the rows. */
export function composedLessons(rows: readonly LessonRow[], random: () => number): Lesson[] {
  return composeFrom(rows, sentencesOf(rows), random).map(lessonOfComposed);
}

/** Sentences seen in the log, each as likely as any other, besides those that the project brings along. */
function sentencesOf(rows: readonly LessonRow[]): DrawSentence {
  const seen = { run: new Set<string>(), keep: new Set<string>() };
  for (const row of rows) {
    if (row.kind !== 'mixed') continue;
    const words = row.instruction.replace(/[:.?!,\s]+$/, '');
    if (words !== '') seen[row.content === 'deterministic' ? 'run' : 'keep'].add(words);
  }
  const lists = { run: [...seen.run], keep: [...seen.keep] };
  return (wish, random) => {
    const list = wish === 'ask' ? [] : lists[wish];
    const own = list[Math.floor(random() * list.length)];
    return own !== undefined && random() < logShare ? own : drawSentence(wish, random);
  };
}

/** Rows of short replies, as a share of the examples. */
const replyShare = 0.04;

function lessonOfReply(text: string): Lesson {
  return { text, marker: 2, tree: readClass, weight: 0.5, key: null, group: text, stratum: 'replies' };
}

/** Share of composed messages whose sentence comes from the log, where it has any. */
const logShare = 0.3;
const composedShare = 0.35;

function composeFrom(rows: readonly LessonRow[], sentences: DrawSentence, random: () => number): ComposedMessage[] {
  const bare = rows.filter((row) => row.kind === 'bare' && row.text.length <= 4000);
  const count = Math.min(4000, Math.max(Math.min(200, bare.length), Math.round(bare.length * composedShare)));
  return composeEach(shuffle([...bare], random).slice(0, count), sentences, random);
}

function instructedOf(rows: readonly LessonRow[]): Instructed[] {
  return rows.flatMap((row) =>
    row.kind === 'mixed'
      ? [{ ...row, wish: row.content === 'deterministic' ? 'run' : 'keep', weight: 1 } as const]
      : [],
  );
}

/**
 * What is left out together when the markers are judged, so that the trees see how little the markers know of a source
 * that they never met: without this a log of a new system is routed by words that happen to be in it. A log of one desk
 * is told apart by destinations.
 */
function groupOf(row: LessonRow): string {
  const { source, class: content, subtype } = row.example;
  const key = row.kind === 'prose' ? null : row.key;
  return `source ${source} ${content} ${key ?? subtype ?? ''}`;
}

/** Takes rows out that look like slips of the log, where there are more of them than a clean set would show. */
function dropSlips(use: Int32Array, ownProbability: Float64Array, weights: Float32Array): number {
  const slips = use.filter((row) => (ownProbability[row] as number) < slipProbability);
  if (slips.length < 0.01 * use.length) return 0;
  for (const row of slips) weights[row] = 0;
  return slips.length;
}

function fitTrees(problem: TreeProblem, learner: DtrOptions['learner']): TreeModel {
  if (learner === 'ml-cart') return mlCartLearner().fit(problem);
  if (learner === 'histogram-cart') return histogramCartLearner().fit(problem);
  const boosted = boostedLearner().fit(problem);
  if (learner === 'boosted' || problem.use.length > trialRows) return boosted;
  const single = mlCartLearner().fit(problem);
  // Few rows are held back, so a lead of one or two is chance.
  return mistakes(single, problem) + singleLead < mistakes(boosted, problem) ? single : boosted;
}

const singleLead = 2;
/** Up to here ml-cart is tried beside the boosted trees: two seconds of work. It won at none of 100, 300 and 1,000 rows. */
const trialRows = 600;

function mistakes(model: TreeModel, problem: TreeProblem): number {
  const trees = new ContentTrees(model);
  const out = new Float64Array(3);
  let wrong = 0;
  for (const row of problem.check) {
    trees.classify(problem.values.subarray(row * problem.columns, (row + 1) * problem.columns), out);
    if (out.indexOf(Math.max(...out)) !== problem.labels[row]) wrong += 1;
  }
  return wrong;
}

/**
 * Fits the confidence on rows that nothing else learned from: right means class, destination and payload.
 * `slipShare`: share of wrong labels, as all rows of the fit show it; without it these few rows must tell. Told by them it is
 * 0 in one model and 0.05 in the next, whose confidences then end at 0.94 and at 0.99: thresholds that models of
 * folds chose let the served one settle nothing (one of three seeds of the working month).
 */
export function calibrate(
  parts: RouterParts,
  rows: readonly LessonRow[],
  slipShare?: number,
): { calibration: Calibration; accuracy: number } {
  const router = new Router(parts);
  const content: { score: number; right: boolean }[] = [];
  const prose: { score: number; right: boolean }[] = [];
  for (const row of rows) {
    const route = router.route(row.text);
    if (route.class === 'prose') prose.push({ score: route.score, right: row.kind === 'prose' });
    else {
      const right =
        row.kind !== 'prose' &&
        row.content === route.class &&
        (row.key === null || row.key === route.known?.key) &&
        (row.kind === 'bare' || row.payload === route.payload?.trim());
      content.push({ score: route.score, right });
    }
  }
  const fit = (scored: typeof content) =>
    slipShare === undefined ? fitNoisyPlatt(scored) : fitPlatt(scored, slipShare);
  const right = [...content, ...prose].filter((row) => row.right).length;
  return {
    calibration: { content: fit(content), prose: fit(prose) },
    accuracy: rows.length === 0 ? 0 : right / rows.length,
  };
}
