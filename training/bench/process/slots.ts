import type { LppmModel } from '../../../models/lppm/model.ts';
import { valueKey } from '../../../models/lppm/values/value-key.ts';
import type { SpanTagger, TaggedTurn } from '../../../models/lppm/values/tagger.ts';
import { findingFigures, quantiles } from '../coverage.ts';
import type { ProcessExample } from './data.ts';
import type { BenchResult } from '../report.ts';

/** Arguments of the calls that were made: a value is right where it is the same but for writing. */
export function argumentFigures(
  model: LppmModel,
  examples: readonly ProcessExample[],
): { precision: number; recall: number; f1: number; allRight: number } | null {
  let right = 0;
  let found = 0;
  let wanted = 0;
  let whole = 0;
  let calls = 0;
  for (const { input, action } of examples) {
    if (action.kind !== 'call') continue;
    calls += 1;
    const { values } = model.fill(input, action.tool);
    const names = Object.keys(values);
    const hits = names.filter(
      (name) => name in action.arguments && valueKey(values[name]?.value) === valueKey(action.arguments[name]),
    ).length;
    const given = Object.keys(action.arguments).length;
    right += hits;
    found += names.length;
    wanted += given;
    if (hits === given && hits === names.length) whole += 1;
  }
  return calls === 0 ? null : { ...findingFigures(right, found, wanted), allRight: whole / calls };
}

/** Slot values of single turns; floor: the requested slot takes the whole turn. */
export function slotFigures(tagger: SpanTagger, file: string, rows: readonly TaggedTurn[]): BenchResult {
  const durations: number[] = [];
  const found = rows.map(({ text, requested }) => {
    const started = performance.now();
    const values = tagger.find(text, requested);
    durations.push(performance.now() - started);
    return values;
  });
  const floor = rows.map(({ text, requested }) => (requested.length === 1 ? { [requested[0] as string]: text } : {}));
  return {
    file,
    n: rows.length,
    slots: compare(rows, found),
    latencyMs: quantiles(durations),
    floors: { wholeTurn: compare(rows, floor) },
  };
}

function compare(rows: readonly TaggedTurn[], found: readonly Readonly<Record<string, string>>[]) {
  let right = 0;
  let mine = 0;
  let wanted = 0;
  rows.forEach(({ values }, row) => {
    const own = found[row] ?? {};
    mine += Object.keys(own).length;
    wanted += Object.keys(values).length;
    for (const [slot, value] of Object.entries(own))
      if (slot in values && valueKey(values[slot]) === valueKey(value)) right += 1;
  });
  return findingFigures(right, mine, wanted);
}
