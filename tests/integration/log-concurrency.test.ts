import { describe, expect, it } from 'vitest';
import { ConversationLog } from '../../datasets/log/conversation-log.ts';
import { seededRandom } from '../../engine/core/random.ts';
import { RecordingLogger, decisionFixture, messageFixture, temporaryFolder } from '../support/log-fixture.ts';

describe('many writers and readers at once', () => {
  it.each([1, 2])('store every message once and in no other conversation, through rebuilds (seed %i)', async (seed) => {
    const folder = temporaryFolder();
    const logger = new RecordingLogger();
    const log = await ConversationLog.open({ dataDir: folder.path, logger, segmentBytes: 50_000 });
    const random = seededRandom(seed);
    const whole = (below: number): number => Math.floor(random() * below);
    const appended = new Map<string, string>();
    let counted = 0;
    const writer = async (): Promise<void> => {
      for (let call = 0; call < 40; call += 1) {
        const messages = Array.from({ length: 1 + whole(6) }, () => {
          const number = whole(900); // few enough ids that writers meet
          const conversation = `c${number % 40}`;
          appended.set(`m${number}`, conversation);
          return messageFixture(`m${number}`, { conversation, time: number });
        });
        const fresh = (await log.appendMessages(messages, { role: 'desk' })).messages;
        counted += fresh;
        const some = messages[0] as (typeof messages)[0];
        expect((await log.hasMessages([some.id])).size).toBe(1);
        if (whole(4) === 0) {
          const recent = await log.recent(some.conversation, 64);
          const times = recent.map((message) => message.time);
          expect(times).toEqual(times.toSorted((a, b) => a - b));
          expect(recent.map((message) => message.id)).toContain(some.id);
        }
        log.record([decisionFixture(`d${seed}-${counted}-${call}-${random()}`, { message: some.id })]);
      }
    };
    const rebuilder = async (): Promise<void> => {
      for (let round = 0; round < 3; round += 1) {
        await new Promise((resolve) => setTimeout(resolve, 60));
        await log.rebuild();
      }
    };
    await Promise.all([...Array.from({ length: 12 }, writer), rebuilder()]);
    await log.flush();
    expect(counted).toBe(appended.size);
    const totals = await log.queries.totals();
    expect(totals).toMatchObject({ messages: appended.size, decisions: 12 * 40 });
    for (let number = 0; number < 40; number += 1) {
      const messages = (await log.conversation(`c${number}`))?.messages ?? [];
      const ids = messages.map((message) => message.id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.every((id) => appended.get(id) === `c${number}`)).toBe(true);
    }
    const { id } = await log.snapshot();
    await log.rebuild();
    expect((await log.snapshot()).id).toBe(id);
    expect(logger.lines.filter((line) => line.level === 'error')).toEqual([]);
    await log.close();
    folder.remove();
  });
});
