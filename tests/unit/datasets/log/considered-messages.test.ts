import { afterAll, beforeAll, expect, it } from 'vitest';
import { ConversationLog } from '../../../../datasets/log/conversation-log.ts';
import { decisionFixture, temporaryFolder } from '../../../support/log-fixture.ts';
import { talk } from '../../../support/talk.ts';

const folder = temporaryFolder();
let log: ConversationLog;
const at = 1_700_000_000_000;

beforeAll(async () => {
  log = await ConversationLog.open({ dataDir: folder.path });
  await log.importConversations(
    ['c1', 'c2', 'c3', 'c4'].map((id) =>
      talk(id, [
        ['user', `Ls the folder of ${id}`],
        ['assistant', 'done'],
      ]),
    ),
  );
  const of = (conversation: string) => ({ conversation, message: `${conversation}-0`, time: at });
  log.record([
    // passed by the tree router, settled by the mapper, shadowed by a challenger
    decisionFixture('d1', { ...of('c1'), tier: 'dtr', settled: false, label: 'prose', confidence: 0.2 }),
    decisionFixture('d2', { ...of('c1'), tier: 'lppm', label: 'ask', confidence: 0.91 }),
    decisionFixture('d3', { ...of('c1'), tier: 'dtr', label: 'other', confidence: 0.99, shadow: true }),
    decisionFixture('d4', { ...of('c2'), tier: 'imperator', label: null, confidence: null }),
    decisionFixture('d5', { ...of('c3'), time: at - 1000 }),
  ]);
  await log.addFeedback({ decision: 'd2', correct: false, source: 'human' });
  // praise is no correction
  await log.addFeedback({ decision: 'd4', correct: true, source: 'human' });
  await log.flush();
});
afterAll(async () => {
  await log.close();
  folder.remove();
});

it('shows what messages looked like and what became of them, oldest first, without visits that had no effect', async () => {
  const rows = await log.queries.considered({ role: 'desk', since: at - 500, limit: 10 });
  expect(rows).toMatchObject([
    {
      message: 'c1-0',
      conversation: 'c1',
      time: at,
      tier: 'lppm',
      dtrLabel: 'prose',
      dtrConfidence: 0.2,
      lppmLabel: 'ask',
      lppmConfidence: 0.91,
      length: 'Ls the folder of c1'.length,
      opening: 'ls',
      correct: false,
    },
    { message: 'c2-0', tier: 'imperator', dtrLabel: null, lppmConfidence: null, correct: true },
  ]);
  expect(await log.queries.considered({ role: 'desk', since: 0, limit: 1 })).toHaveLength(1);
  expect(await log.queries.considered({ role: 'nobody', since: 0, limit: 10 })).toEqual([]);
});

it('counts as learnable what none of our own tiers answered, and what a person spoke about', async () => {
  // c2 by the LLM, c4 imported, c1 ours but corrected; c3 is ours alone
  expect(await log.queries.learnable()).toEqual([{ role: 'desk', turns: 3, corrections: 1 }]);
});
