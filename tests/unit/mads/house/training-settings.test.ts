import { expect, it } from 'vitest';
import { parseConfig } from '../../../../engine/core/config.ts';
import { trainingOf } from '../../../../mads/house/training-settings.ts';

it('tells a training how to use an encoder only where that was asked for', () => {
  const of = (values: Readonly<Record<string, string>>): object => trainingOf(parseConfig(values));
  expect(of({ encoder: 'bge' })).toMatchObject({ encoder: 'bge' });
  expect(of({ encoder: 'bge' })).not.toHaveProperty('encoderTuning');
  expect(of({ encoderTuning: 'tuned' })).not.toHaveProperty('encoderTuning');
  expect(of({ encoder: 'bge', encoderTuning: 'tuned' })).toMatchObject({ encoder: 'bge', encoderTuning: 'tuned' });
  expect(() => parseConfig({ encoderTuning: 'thawed' })).toThrow(/encoderTuning/);
});

it('tells a training which share of the messages is drawn for the LLM', () => {
  expect(trainingOf(parseConfig({ explore: '0.07' }))).toMatchObject({ explore: 0.07 });
});
