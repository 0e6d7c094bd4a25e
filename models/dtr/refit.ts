import { EngineError } from '../../engine/core/errors.ts';
import { seededRandom } from '../../engine/core/random.ts';
import type { FitOptions } from '../estimator.ts';
import { boostedLearner } from './trees/boosted-learner.ts';
import { ContentTrees } from './trees/content-trees.ts';
import type { DtrExample } from './example.ts';
import { features } from './features/schema.ts';
import { calibrate, composedLessons, lessonsOf, stratumOf } from './fit.ts';
import type { Memory, MemoryRow } from './memory.ts';
import { checksLimit, keepSample, memoryLimit } from './memory.ts';
import type { RouterParts } from './router.ts';
import { Router, rowLength } from './router.ts';
import { isHeldBack, lessonOf } from './training-rows.ts';

/** Part of the recent examples that only calibrates; a handful all teach. */
const checkShare = 0.1;
const fewestToCheck = 100;
/** Rows measured before other work gets a turn. */
const turn = 2_000;

/**
 * Recent examples weigh as much as this share of what is remembered, but each at most `heaviest` times a remembered one:
 * a few must be heard beside many thousands. Chosen on four newcomers to train rows: at 16 examples of each they were
 * routed right in 91.2 % (weight 1), 93.4 % (4), 94.3 % (10) and 94.5 % (20), and what was known before lost nothing.
 */
const recentShare = 0.1;
const heaviest = 10;

/**
 * Grows the trees anew from what is remembered and from recent examples; the learned words stay as they are. An example
 * whose text is remembered replaces it. The same memory, examples and seed give the same parts, bit for bit.
 * @throws TOO_FEW_ROWS where no example can be learned from, JOB_CANCELLED
 */
export async function refitRouter(
  parts: RouterParts,
  memory: Memory,
  recent: readonly DtrExample[],
  options: FitOptions,
): Promise<{ parts: RouterParts; memory: Memory; notes: Record<string, number | string> }> {
  const rows = recent.map(lessonOf).filter((row) => row !== null);
  if (rows.length === 0) throw new EngineError('TOO_FEW_ROWS', { what: 'dtr refit', needed: 1, actual: 0 });
  const share = rows.length < fewestToCheck ? 0 : checkShare;
  const isCheck = ({ text }: { readonly text: string }): boolean => isHeldBack(text, share, options.seed);
  const teaching = rows.filter((row) => !isCheck(row));
  const lessons = [...lessonsOf(teaching), ...composedLessons(teaching, seededRandom(options.seed))];

  const newTexts = new Set([...lessons.map(({ text }) => text), ...rows.map(({ text }) => text)]);
  const old = memory.lessons.filter(({ text }) => !newTexts.has(text));
  const oldWeight = old.reduce((sum, { weight }) => sum + weight, 0);
  const newWeight = lessons.reduce((sum, { weight }) => sum + weight, 0);
  const factor = Math.min(heaviest, Math.max(1, (recentShare * oldWeight) / Math.max(newWeight, 1e-9)));

  const router = new Router(parts);
  const all = old.length + lessons.length;
  const values = new Float64Array(all * rowLength);
  const fresh: MemoryRow[] = [];
  const look = async (done: number): Promise<void> => {
    if (done % turn !== 0) return;
    options.progress?.({ stage: 'refit dtr', done, total: all, note: 'measure' });
    await new Promise((resolve) => setImmediate(resolve));
    if (options.signal?.aborted === true) throw new EngineError('JOB_CANCELLED', { id: 'refit dtr' });
  };
  for (const [index, { text, learned }] of old.entries()) {
    await look(index);
    router.measure(text);
    values.set(router.row, index * rowLength);
    values.set(learned, index * rowLength + features.length);
  }
  for (const [index, lesson] of lessons.entries()) {
    await look(old.length + index);
    router.measure(lesson.text);
    values.set(router.row, (old.length + index) * rowLength);
    const { text, tree, marker, weight, stratum } = lesson;
    const learned = Array.from(router.row.subarray(features.length));
    fresh.push({ text, tree, mixed: marker === 3 ? 1 : 0, weight, learned, stratum });
  }
  const taught = [...old, ...fresh];
  const trees = boostedLearner().fit({
    values,
    rows: all,
    columns: rowLength,
    labels: Uint8Array.from(taught, ({ tree }) => tree),
    mixed: Uint8Array.from(taught, ({ mixed }) => mixed),
    weights: Float32Array.from(taught, ({ weight }, index) => (index < old.length ? weight : weight * factor)),
    use: Int32Array.from(taught, (_row, index) => index),
    check: new Int32Array(0),
    seed: options.seed,
  });
  const checks = keepSample(
    [...memory.checks.filter(({ text }) => !newTexts.has(text)), ...rows.filter(isCheck).map(({ example }) => example)],
    checksLimit,
    (example) => ({ text: example.text, stratum: stratumOf(example) }),
  );
  const grown: RouterParts = { ...parts, trees: new ContentTrees(trees) };
  const { calibration, accuracy } = calibrate(
    grown,
    checks.map(lessonOf).filter((row) => row !== null),
  );
  return {
    parts: { ...grown, calibration },
    memory: { lessons: keepSample(taught, memoryLimit, (row) => row), checks },
    notes: {
      learner: trees.learner,
      trees: trees.trees.length,
      remembered: old.length,
      recent: lessons.length,
      recentWeight: Number(factor.toFixed(3)),
      heldBack: checks.length,
      heldBackAccuracy: accuracy,
    },
  };
}
