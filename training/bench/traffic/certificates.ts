import { clopperPearsonUpper } from '../../../models/binomial.ts';
import type { ClassCertificates, ClassRow } from '../../../models/certificate/classes.ts';
import { certifyClasses, isSettled, testShift } from '../../../models/certificate/classes.ts';
import { hashFraction } from '../../../engine/core/hash.ts';
import { alphas } from '../coverage.ts';
import type { Called } from './figures.ts';
import { round, share } from './figures.ts';

/** Certified on rows drawn like train, measured on test. */
export function certificateFigures(val: readonly Called[], test: readonly Called[], delta: number) {
  return alphas.map((alpha) => {
    const certificates = certifyClasses(rowsOf(val), { alpha, delta, madeFor: 'in-distribution' });
    return { ...proofOf(certificates), onTest: measured(certificates, test, delta) };
  });
}

/**
 * What becomes of the same thresholds on sources that nothing learned from, and thresholds that are certified for such:
 * half of the left-out sources certify, the other half tests. Calls of left-out rows are those of models of the folds.
 */
export function shiftFigures(val: readonly Called[], leftOut: readonly Called[], delta: number) {
  const certifies = ({ row }: Called): boolean => hashFraction(`certifies ${row.source}`) < 0.5;
  const [certifying, testing] = [leftOut.filter(certifies), leftOut.filter((call) => !certifies(call))];
  return alphas.map((alpha) => {
    const usual = certifyClasses(rowsOf(val), { alpha, delta, madeFor: 'in-distribution' });
    const shifted = certifyClasses(rowsOf(certifying), { alpha, delta, madeFor: 'source-shifted' });
    return {
      alpha,
      inDistribution: { ...measured(usual, leftOut, delta), shift: testShift(usual, rowsOf(leftOut)) },
      sourceShifted: {
        ...proofOf(shifted),
        onOtherSources: { ...measured(shifted, testing, delta), shift: testShift(shifted, rowsOf(testing)) },
      },
    };
  });
}

function rowsOf(calls: readonly Called[]): ClassRow[] {
  return calls.flatMap(({ row, class: called, confidence }) =>
    called === 'prose' ? [] : [{ called, confidence, correct: called === row.class, source: row.source }],
  );
}

function proofOf({ alpha, delta, madeFor, classes }: ClassCertificates) {
  const brief = ({
    alpha: budget,
    threshold,
    settled,
    errors,
    errorUpper,
    reason,
  }: ClassCertificates['classes']['fixed']) => ({
    budget,
    threshold,
    settled,
    errors,
    errorUpper: round(errorUpper),
    reason,
  });
  const { deterministic, fixed, irreversible } = classes;
  return {
    alpha,
    delta,
    madeFor,
    deterministic: brief(deterministic),
    fixed: brief(fixed),
    irreversible: brief(irreversible),
  };
}

/** Settled share of the content, errors among the settled, and prose that would be executed, each with its bound. */
function measured({ classes }: ClassCertificates, calls: readonly Called[], delta: number) {
  const content = calls.filter(({ row }) => row.class !== 'prose').length;
  const prose = calls.length - content;
  const figures = (executing: ClassCertificates['classes']['fixed']) => {
    const settled = calls.filter(
      (call) =>
        call.class !== 'prose' &&
        isSettled(call.class === 'fixed' ? classes.fixed : executing, { confidence: call.confidence, correct: true }),
    );
    const errors = settled.filter((call) => call.class !== call.row.class).length;
    const fooled = settled.filter((call) => call.row.class === 'prose' && call.class === 'deterministic').length;
    return {
      contentCoverage: share(settled.filter(({ row }) => row.class !== 'prose').length, content),
      error: share(errors, settled.length),
      errorUpper: round(clopperPearsonUpper(errors, settled.length, delta)),
      proseExecuted: share(fooled, prose),
      proseExecutedUpper: round(clopperPearsonUpper(fooled, prose, delta)),
    };
  };
  return { usual: figures(classes.deterministic), irreversible: figures(classes.irreversible) };
}
