import type { LppmExample } from '../../../models/lppm/example.ts';
import { isFlowOptions, utteranceParameters } from '../../../models/lppm/fit.ts';
import { LppmModel } from '../../../models/lppm/model.ts';
import { callAll, exampleOf, outOfScope, type IntentData } from './data.ts';
import { intentFigures } from './figures.ts';
import { intentPeers } from './peers.ts';
import type { BenchRecord } from '../records.ts';
import type { BenchOptions } from '../report.ts';

/** Majority, the linear member alone, and where asked for public packages, those that are installed. */
export async function intentFloors(
  data: IntentData,
  rows: readonly BenchRecord[],
  fitOptions: { readonly seed: number; readonly calibration: readonly LppmExample[] },
  options: BenchOptions,
): Promise<Record<string, unknown>> {
  const counts = new Map<string, number>();
  for (const { label } of data.train) counts.set(String(label), (counts.get(String(label)) ?? 0) + 1);
  const most = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
  const inScope = rows.filter(({ label }) => label !== outOfScope);
  const members = utteranceParameters.members.filter(
    (member) => !isFlowOptions(member) && member.hidden === 0 && member.loss === undefined,
  );
  const linear = new LppmModel({ parameters: { ...utteranceParameters, members } });
  await linear.fit(data.train.map(exampleOf), fitOptions);
  const test = await callAll(linear, rows);
  const val = await callAll(linear, data.val);
  const strangers = await callAll(linear, data.strangers);
  await linear.dispose();
  return {
    majority: { accuracy: inScope.filter(({ label }) => label === most).length / Math.max(1, inScope.length) },
    linear: intentFigures(val, strangers, test, options.delta),
    ...(options.peers === true ? await intentPeers(data, rows, options) : {}),
  };
}
