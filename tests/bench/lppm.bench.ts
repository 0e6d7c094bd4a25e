import { afterAll, beforeAll, bench, describe } from 'vitest';
import { encode } from '../../models/lppm/encode.ts';
import { FeatureList } from '../../models/lppm/features.ts';
import { LppmModel } from '../../models/lppm/model.ts';
import { processDesk } from '../support/process-desk.ts';

// Floor on one idle core: a message with its features under 0.3 ms, a call with its values under 1 ms.
describe('LPPM', () => {
  const model = new LppmModel();
  const features = new FeatureList();
  const test = processDesk(2, 40);
  const replies = test.filter(({ action }) => action.kind === 'reply').map(({ input }) => input);
  const calls = test.filter(({ action }) => action.kind === 'call').map(({ input }) => input);
  let next = 0;
  beforeAll(async () => {
    await model.fit(processDesk(1, 300), { seed: 1 });
  });
  afterAll(async () => model.dispose());

  bench('features of a dialogue', () => {
    encode(replies[(next += 1) % replies.length]!, features);
  });
  bench('a reply, one message', async () => {
    await model.predict([replies[(next += 1) % replies.length]!]);
  });
  bench('a call with its values, one message', async () => {
    await model.predict([calls[(next += 1) % calls.length]!]);
  });
  bench('32 messages at once', async () => {
    await model.predict(replies.slice(0, 32));
  });
});
