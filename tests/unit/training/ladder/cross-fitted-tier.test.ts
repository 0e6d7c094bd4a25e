import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../../../engine/core/message.ts';
import { LppmModel } from '../../../../models/lppm/model.ts';
import { CrossFittedTier } from '../../../../training/ladder/cross-fitted-tier.ts';
import type { AnsweredTurn } from '../../../../training/examples/answered-turn.ts';
import { processDesk } from '../../../support/process-desk.ts';
import { talk } from '../../../support/talk.ts';

const member = { hidden: 8, learningRate: 0.1, inputDropout: 0.3, hiddenDropout: 0.1 };

describe('CrossFittedTier', () => {
  const model = new LppmModel({ parameters: { members: [member], steps: 1500, mostFeatures: 2000, smoothing: 0.05 } });
  const examples = processDesk(1, 60);
  const asked = talk('t', [['user', 'I want my money back']]).messages.at(-1) as Message;
  const taught = examples.map((_, place) => ({ message: { ...asked, id: `taught ${place}` } }) as AnsweredTurn);
  const turnOf = (id: string) => ({ message: { ...asked, id }, history: [], role: 'desk', tools: [] });
  beforeAll(async () => {
    await model.fit(examples, { seed: 1, folds: 3 });
  });
  afterAll(async () => model.dispose());

  it('answers a turn that taught it as nets did that had not seen it, whatever the model itself says now', async () => {
    const answers = model.crossFitted ?? [];
    expect(answers).toHaveLength(examples.length);
    const tier = new CrossFittedTier(model, taught);
    for (const place of [0, 7, 20, examples.length - 1]) {
      const { label, confidence } = await tier.consider(turnOf(`taught ${place}`));
      expect({ label, confidence }).toEqual({ label: answers[place]?.step, confidence: answers[place]?.confidence });
    }
  });

  it('lets the model answer any other turn', async () => {
    const [own] = await model.predict([
      { turns: [{ speaker: 'user', text: 'I want my money back', step: null, values: null }] },
    ]);
    const { label } = await new CrossFittedTier(model, taught).consider(turnOf('another'));
    expect(label).toBe(own?.step);
  });
});
