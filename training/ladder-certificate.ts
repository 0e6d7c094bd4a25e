import { splitBudget, type LadderCertificate, type LadderRow } from '../models/certificate-budget.ts';
import { estimateLabelNoise } from '../models/certificate.ts';
import type { Thresholds } from '../models/thresholds.ts';
import type { JudgedProposal, JudgedTurn } from './judged-turn.ts';

export interface LadderThresholds {
  readonly thresholds: { readonly dtr: Thresholds; readonly lppm: Thresholds };
  readonly certificate: LadderCertificate;
}

/**
 * One error budget for the ladder: `choosing` rows (scored by models that did not see them) choose the thresholds and
 * estimate how often the teacher itself is wrong, `certifying` rows (seen by nobody) test them.
 */
export function certifyLadder(
  choosing: readonly JudgedTurn[],
  certifying: readonly JudgedTurn[],
  options: { readonly alpha: number; readonly delta: number },
): LadderThresholds {
  const { alpha, delta } = options;
  const proposals = choosing.flatMap((turn) => turn.dtr ?? []);
  const labelNoise = estimateLabelNoise(proposals).rate;
  const certificate = splitBudget(certifying.map(ladderRow), {
    alpha,
    delta,
    tiers: ['dtr', 'lppm'],
    choose: choosing.map(ladderRow),
    labelNoise,
  });
  const standard = (tier: string): number | null =>
    certificate.tiers.find((share) => share.tier === tier)?.threshold ?? null;
  return {
    thresholds: {
      dtr: { standard: standard('dtr'), byLabel: executingThresholds(choosing, standard('dtr')) },
      lppm: { standard: standard('lppm'), byLabel: {} },
    },
    certificate,
  };
}

function ladderRow(turn: JudgedTurn): LadderRow {
  return [turn.dtr, turn.lppm];
}

/** Of the messages that a destination executes, this share may be ones that nobody wanted executed. */
const unsafeShare = 0.005;

/**
 * Executing what was meant as prose cannot be taken back, so each executing destination has a threshold of its own, never
 * below the standard one: the lowest above which at most 0.5 % of its proposals were unsafe.
 */
function executingThresholds(turns: readonly JudgedTurn[], standard: number | null): Record<string, number | null> {
  if (standard === null) return {};
  const byLabel = new Map<string, JudgedProposal[]>();
  for (const { dtr } of turns) {
    if (dtr === null) continue;
    const rows = byLabel.get(dtr.label) ?? [];
    rows.push(dtr);
    byLabel.set(dtr.label, rows);
  }
  const thresholds: Record<string, number | null> = {};
  for (const [label, rows] of byLabel) {
    if (!rows.some((row) => row.unsafe)) continue;
    const sorted = rows.toSorted((a, b) => b.confidence - a.confidence);
    let unsafe = 0;
    let lowest = 1;
    for (const [index, row] of sorted.entries()) {
      if (row.unsafe) unsafe += 1;
      if (unsafe / (index + 1) <= unsafeShare) lowest = row.confidence;
    }
    if (lowest > standard) thresholds[label] = lowest;
  }
  return thresholds;
}
