import { areaUnderRoc, expectedCalibrationError } from '../../../models/calibration.ts';
import { certifyUnderScope } from '../../../models/certificate/scope.ts';
import { alphas, coverageFigures, settledAt } from '../coverage.ts';
import type { Called } from './data.ts';

/** Shares of out-of-scope traffic for which the error of settled messages is worked out. */
const scopeShares = [0, 0.1, 0.2, 0.3, 0.4, 0.5] as const;

/**
 * Accuracy, calibration and coverage in scope; where the test has rows out of scope, how well these are told apart and
 * what they do to settled messages. `val` and `strangers` were not trained on; thresholds come from them.
 */
export function intentFigures(
  val: readonly Called[],
  strangers: readonly Called[],
  test: readonly Called[],
  delta: number,
): Record<string, unknown> {
  const inScope = test.filter((row) => row.inScope);
  const out = test.filter((row) => !row.inScope);
  const known = val.filter((row) => row.inScope);
  const unknown = [...val.filter((row) => !row.inScope), ...strangers];
  const accuracy = inScope.filter(({ correct }) => correct).length / Math.max(1, inScope.length);
  const coverageAt = coverageFigures(known, inScope, delta);
  const figures = { accuracy, ece: expectedCalibrationError(inScope), coverageAt };
  if (out.length === 0) return figures;
  const strangeness = known.map(({ escalate }) => escalate).sort((a, b) => b - a);
  const cut = strangeness[Math.floor(strangeness.length * 0.05)] ?? 1;
  return {
    ...figures,
    oosAuroc: areaUnderRoc(test.map((row) => ({ score: row.escalate, positive: !row.inScope }))),
    oosRecallAt95: out.filter(({ escalate }) => escalate > cut).length / out.length,
    underScopeShare: coverageAt.map(({ alpha, threshold, certified }) => ({
      alpha,
      oosSettled: settledAt(out, threshold).settled / out.length,
      error: scopeShares.map((share) => mixedError(inScope, out, threshold, share)),
      certifiedError: scopeShares.map((share) => mixedError(inScope, out, certified.threshold, share)),
    })),
    certifiedUnderScope: alphas.map((alpha) => {
      const options = { alpha, delta, shareMost: scopeShares.at(-1) ?? 0 };
      const { threshold } = certifyUnderScope(known.map(byScope), unknown.map(byScope), options);
      const [inside, outside] = [inScope.map(byScope), out.map(byScope)];
      return {
        alpha,
        threshold,
        coverage: settledAt(inside, threshold).settled / Math.max(1, inScope.length),
        oosSettled: settledAt(outside, threshold).settled / out.length,
        error: scopeShares.map((share) => mixedError(inside, outside, threshold, share)),
      };
    }),
  };
}

/** What must hold under any share of strangers goes by how far inside a message lies. */
function byScope(row: Called): Called {
  return { ...row, confidence: 1 - row.escalate };
}

/** Error of settled messages when a share of the traffic is out of scope. */
function mixedError(
  inScope: readonly Called[],
  out: readonly Called[],
  threshold: number | null,
  share: number,
): number {
  const known = settledAt(inScope, threshold);
  const strange = settledAt(out, threshold);
  const right = ((1 - share) * (known.settled - known.wrong)) / Math.max(1, inScope.length);
  const settled = ((1 - share) * known.settled) / Math.max(1, inScope.length) + (share * strange.settled) / out.length;
  return settled === 0 ? 0 : 1 - right / settled;
}
