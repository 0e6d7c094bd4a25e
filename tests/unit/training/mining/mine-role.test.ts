import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ConversationLog } from '../../../../datasets/log/conversation-log.ts';
import { ProcessStore } from '../../../../datasets/processes/process-store.ts';
import { silent } from '../../../../engine/core/progress.ts';
import { mineRole } from '../../../../training/mine-role.ts';
import { decisionFixture, temporaryFolder } from '../../../support/log-fixture.ts';
import { bookings } from './conversations.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

it('counts no conversation in which a tier of ours answered, unless a person called that right', async () => {
  const log = await ConversationLog.open({ dataDir: folder.path });
  await log.importConversations(bookings(60));
  for (const index of [0, 1, 2, 3, 4]) {
    const conversation = `booking-${index}`;
    const message = `${conversation}/0`;
    const settled = { message, conversation, role: 'desk', settled: true, shadow: index === 3 } as const;
    log.record([decisionFixture(`d${index}`, { ...settled, tier: index === 4 ? 'imperator' : 'lppm' })]);
  }
  await log.addFeedback({ message: 'booking-2/0', correct: true, source: 'human' });
  await log.flush();
  const snapshot = await log.snapshot({ role: 'desk' });
  await log.close();
  const store = new ProcessStore(join(folder.path, 'processes'));
  const { conversations, notices } = await mineRole({ role: 'desk', snapshot, store, seed: 1, progress: silent });
  expect(conversations).toBe(58);
  expect(notices.at(-1)).toMatch(/^2 conversations left out/);
  const [found] = await store.list('desk');
  expect(found).toMatchObject({ evidence: { support: 58 } });
});
