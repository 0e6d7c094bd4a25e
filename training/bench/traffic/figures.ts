import { clopperPearsonUpper } from '../../../models/binomial.ts';
import { certify } from '../../../models/certificate/certificate.ts';
import type { ContentClass } from '../../../models/dtr/example.ts';
import { contentClasses } from '../../../models/dtr/example.ts';
import type { DtrModel } from '../../../models/dtr/model.ts';
import type { TrafficRow } from './data.ts';

/** What a router said of a row. */
export interface Called {
  readonly row: TrafficRow;
  readonly class: ContentClass;
  readonly confidence: number;
}

export function callAll(model: DtrModel, rows: readonly TrafficRow[]): Called[] {
  return rows.map((row) => {
    const { class: called, confidence } = model.route(row.text);
    return { row, class: called, confidence };
  });
}

/** Accuracy, per class, per subtype, per slice, and the one error that matters most. Rates in [0, 1]. */
export function classFigures(calls: readonly Called[]) {
  const right = (call: Called): boolean => call.class === call.row.class;
  const perClass = Object.fromEntries(
    contentClasses.map((name) => {
      const truth = calls.filter((call) => call.row.class === name).length;
      const called = calls.filter((call) => call.class === name).length;
      const hit = calls.filter((call) => right(call) && call.class === name).length;
      const precision = called === 0 ? 0 : hit / called;
      const recall = truth === 0 ? 0 : hit / truth;
      const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
      return [name, { precision: round(precision), recall: round(recall), f1: round(f1) }];
    }),
  ) as Record<ContentClass, { precision: number; recall: number; f1: number }>;
  const prose = calls.filter((call) => call.row.class === 'prose');
  const fooled = prose.filter((call) => call.class === 'deterministic').length;
  return {
    accuracy: share(calls.filter(right).length, calls.length),
    macroF1: round(contentClasses.reduce((sum, name) => sum + perClass[name].f1, 0) / contentClasses.length),
    perClass,
    perSubtype: grouped(calls, (call) => call.row.subtype, right),
    perSlice: grouped(calls, (call) => call.row.slice, right),
    proseAsDeterministic: share(fooled, prose.length),
  };
}

function grouped(calls: readonly Called[], keyOf: (call: Called) => string, right: (call: Called) => boolean) {
  const groups = new Map<string, Called[]>();
  for (const call of calls) groups.set(keyOf(call), [...(groups.get(keyOf(call)) ?? []), call]);
  return Object.fromEntries(
    [...groups]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, group]) => [key, { n: group.length, accuracy: share(group.filter(right).length, group.length) }]),
  );
}

const alphas = [0.01, 0.02, 0.05, 0.1] as const;

/** Share of the prose of val that may be settled as deterministic; with fewer than 2,000 rows of prose that is none. */
const foolShare = 0.0005;

/**
 * Coverage under an error budget. Only content is settled; prose always passes up. The threshold is certified on val
 * (fixed-sequence test at level delta) and carried to the test rows unchanged; what is to be executed has to pass a second
 * one, the lowest that leaves next to no prose of val above it. `coverage` is the settled share of all messages,
 * `contentCoverage` that of deterministic and fixed ones; `errorUpper` is the bound on the test rows.
 */
export function coverageFigures(val: readonly Called[], test: readonly Called[], delta: number) {
  const content = test.filter((call) => call.row.class !== 'prose').length;
  const prose = test.length - content;
  const executing = executingThreshold(val);
  return alphas.map((alpha) => {
    const rows = val
      .filter((call) => call.class === 'fixed' || (call.class === 'deterministic' && call.confidence > executing))
      .map((call) => ({ confidence: call.confidence, correct: call.class === call.row.class }));
    const { threshold } = certify(rows, { alpha, delta });
    const settled = test.filter(
      (call) =>
        threshold !== null &&
        call.confidence >= threshold &&
        (call.class === 'fixed' || (call.class === 'deterministic' && call.confidence > executing)),
    );
    const errors = settled.filter((call) => call.class !== call.row.class).length;
    const fooled = settled.filter((call) => call.row.class === 'prose' && call.class === 'deterministic').length;
    return {
      alpha,
      threshold,
      executing,
      coverage: share(settled.length, test.length),
      contentCoverage: share(settled.length - settled.filter((call) => call.row.class === 'prose').length, content),
      error: share(errors, settled.length),
      errorUpper: settled.length === 0 ? 0 : round(clopperPearsonUpper(errors, settled.length, delta)),
      proseSettledAsDeterministic: share(fooled, prose),
      proseSettledAsDeterministicUpper: prose === 0 ? 0 : round(clopperPearsonUpper(fooled, prose, delta)),
    };
  });
}

/** What is to be executed must be surer than this. */
function executingThreshold(val: readonly Called[]): number {
  const prose = val.filter((call) => call.row.class === 'prose');
  const fooled = prose
    .filter((call) => call.class === 'deterministic')
    .map((call) => call.confidence)
    .toSorted((a, b) => b - a);
  return fooled[Math.floor(foolShare * prose.length)] ?? 0;
}

export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : round(part / whole);
}

export function round(value: number): number {
  return Number(value.toFixed(5));
}
