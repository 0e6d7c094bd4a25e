import { expect, it } from 'vitest';
import type { Verdict } from '../../../../engine/core/decision.ts';
import { silent } from '../../../../engine/core/progress.ts';
import type { Tier } from '../../../../engine/tiers/tier.ts';
import { answeredTurns } from '../../../../training/examples/answered-turn.ts';
import { judgeTurns } from '../../../../training/ladder/judged-turn.ts';
import { talk } from '../../../support/talk.ts';

const turns = answeredTurns([
  talk('c', [
    ['user', 'hello'],
    ['assistant', 'Which day?'],
  ]),
]);
/** Asks the question that the assistant skipped. */
const asking: Tier = {
  name: 'lppm',
  consider: () =>
    Promise.resolve({
      tier: 'lppm',
      settled: true,
      label: 'ask_name',
      confidence: 0.8,
      threshold: 0,
      model: 'm',
      evidence: [],
      propensity: 1,
      reason: 'next',
      outcome: { kind: 'reply', text: 'Whose name?' },
    } satisfies Verdict),
};
const tiers = { dtr: null, lppm: asking };

it('counts what was not done as wrong, unless it keeps to the script', async () => {
  const [strict] = await judgeTurns(turns, tiers, new Map(), silent);
  expect(strict?.lppm?.correct).toBe(false);
  const asked: string[] = [];
  const [kept] = await judgeTurns(turns, tiers, new Map(), silent, (message, step) => {
    asked.push(`${message} ${step}`);
    return true;
  });
  expect(kept?.lppm?.correct).toBe(true);
  expect(asked).toEqual(['c-0 ask_name']);
});
