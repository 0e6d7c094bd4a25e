import { certify, boundOf, type Certificate, type Population } from './certificate.ts';
import type { ScoredRow } from '../scored-row.ts';

/** Kinds of settled content that have a budget of their own; `irreversible`: to execute with a tool that cannot be undone. */
export const certifiedClasses = ['deterministic', 'fixed', 'irreversible'] as const;
export type CertifiedClass = (typeof certifiedClasses)[number];

/** What a router called a message that it would settle. */
export interface ClassRow extends ScoredRow {
  readonly called: 'deterministic' | 'fixed';
  readonly source: string;
}

/** What cannot be undone has this share of the budget: one such mistake counts as four others. */
export const irreversibleShare = 0.25;

export interface ClassCertificates {
  readonly alpha: number;
  /** Probability that any of the bounds may be wrong; it is shared evenly between them. */
  readonly delta: number;
  readonly madeFor: Population;
  readonly classes: Readonly<Record<CertifiedClass, Certificate>>;
}

/** How certified thresholds fare on sources that nothing learned from. */
export interface ShiftTest {
  readonly sources: number;
  readonly settled: number;
  readonly errors: number;
  readonly error: number;
  readonly errorUpper: number;
  /** The bound on these rows is within the budget, too. */
  readonly holds: boolean;
  /** Source with the highest share of errors among at least twenty settled messages; null where there is none. */
  readonly worst: { readonly source: string; readonly settled: number; readonly error: number } | null;
}

/**
 * One threshold per class for an error budget, each proved by itself. A row is an error where the call is not the truth.
 * Rows called `deterministic` certify twice: for tools whose deeds can be undone, and for those whose cannot.
 */
export function certifyClasses(
  rows: readonly ClassRow[],
  options: { readonly alpha: number; readonly delta: number; readonly madeFor: Population },
): ClassCertificates {
  const { alpha, delta, madeFor } = options;
  const prove = (name: CertifiedClass): Certificate =>
    certify(rowsOf(rows, name), { alpha: budgetOf(name, alpha), delta: delta / certifiedClasses.length, madeFor });
  return {
    alpha,
    delta,
    madeFor,
    classes: { deterministic: prove('deterministic'), fixed: prove('fixed'), irreversible: prove('irreversible') },
  };
}

/** Checks thresholds on rows of sources that neither training nor certification saw. */
export function testShift(
  { alpha, delta, classes }: ClassCertificates,
  rows: readonly ClassRow[],
): Record<CertifiedClass, ShiftTest> {
  const test = (name: CertifiedClass): ShiftTest => {
    const own = rowsOf(rows, name);
    const settled = own.filter((row) => isSettled(classes[name], row));
    const errors = settled.filter((row) => !row.correct).length;
    const budget = budgetOf(name, alpha);
    const bound = boundOf(own.length, settled.length, errors, {
      alpha: budget,
      delta: delta / certifiedClasses.length,
      madeFor: 'source-shifted',
    });
    return {
      sources: new Set(own.map(({ source }) => source)).size,
      settled: settled.length,
      errors,
      error: bound.error,
      errorUpper: bound.errorUpper,
      holds: bound.errorUpper <= budget,
      worst: worstOf(settled),
    };
  };
  return { deterministic: test('deterministic'), fixed: test('fixed'), irreversible: test('irreversible') };
}

export function isSettled({ threshold }: Pick<Certificate, 'threshold'>, row: ScoredRow): boolean {
  return threshold !== null && row.confidence >= threshold;
}

function budgetOf(name: CertifiedClass, alpha: number): number {
  return name === 'irreversible' ? alpha * irreversibleShare : alpha;
}

function rowsOf(rows: readonly ClassRow[], name: CertifiedClass): ClassRow[] {
  return rows.filter(({ called }) => called === (name === 'fixed' ? 'fixed' : 'deterministic'));
}

const fewestOfSource = 20;

function worstOf(settled: readonly ClassRow[]): ShiftTest['worst'] {
  const counts = new Map<string, { settled: number; errors: number }>();
  for (const { source, correct } of settled) {
    const held = counts.get(source) ?? { settled: 0, errors: 0 };
    counts.set(source, { settled: held.settled + 1, errors: held.errors + (correct ? 0 : 1) });
  }
  return (
    [...counts]
      .filter(([, held]) => held.settled >= fewestOfSource)
      .map(([source, held]) => ({ source, settled: held.settled, error: held.errors / held.settled }))
      .toSorted((a, b) => b.error - a.error || (a.source < b.source ? -1 : 1))[0] ?? null
  );
}
