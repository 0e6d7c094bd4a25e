/**
 * Microseconds per message of the process mapper: features alone, a reply, a call with its values, and messages a second
 * in batches. Prints one JSON document. `node tests/bench/lppm.bench.ts [messages per case, default 2000]`
 * Floors on one idle core: a reply under 300 us at p50, a call under 1,000 us.
 */
import { systemClock } from '../../engine/core/clock.ts';
import { encode } from '../../models/lppm/encoding/encode.ts';
import type { LppmInput } from '../../models/lppm/example.ts';
import { FeatureList } from '../../models/lppm/encoding/features.ts';
import { LppmModel } from '../../models/lppm/model.ts';
import { processDesk } from '../support/process-desk.ts';

const messages = Number(process.argv[2] ?? '2000');
const model = new LppmModel();
const { seconds } = await model.fit(processDesk(1, 300), { seed: 1 });
const examples = processDesk(2, 200);
const of = (kind: string): LppmInput[] =>
  examples.filter(({ action }) => action.kind === kind).map(({ input }) => input);

async function measure(inputs: readonly LppmInput[], work: (input: LppmInput) => unknown) {
  const times: number[] = [];
  for (let turn = 0; turn < messages; turn += 1) {
    const started = systemClock.ticks();
    await work(inputs[turn % inputs.length] as LppmInput);
    times.push(systemClock.ticks() - started);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => Math.round(times[Math.floor(share * times.length)] ?? 0);
  return { p50Us: at(0.5), p99Us: at(0.99) };
}

const features = new FeatureList();
const batch = of('reply').slice(0, 32);
const figures = {
  fitSeconds: seconds,
  features: await measure(of('reply'), (input) => encode(input, features)),
  reply: await measure(of('reply'), (input) => model.predict([input])),
  call: await measure(of('call'), (input) => model.predict([input])),
};
const started = systemClock.ticks();
for (let run = 0; run < 50; run += 1) await model.predict(batch);
const messagesPerSecond = Math.round((50 * batch.length * 1e6) / (systemClock.ticks() - started));
await model.dispose();
process.stdout.write(`${JSON.stringify({ ...figures, messagesPerSecond }, null, 2)}\n`);
