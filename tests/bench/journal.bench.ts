/**
 * Acknowledged records a second, one at a time and in groups, and messages a second through the whole log. Prints one
 * JSON document. `node tests/bench/journal.bench.ts [seconds per case, default 3] [folder on the disk to be measured]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConversationLog } from '../../datasets/log/conversation-log.ts';
import { Journal } from '../../datasets/log/journal.ts';
import { systemClock } from '../../engine/core/clock.ts';
import type { Message } from '../../engine/core/message.ts';

const [seconds = '3', base = tmpdir()] = process.argv.slice(2);
const lastsUs = Number(seconds) * 1e6;
const folder = mkdtempSync(join(base, 'thought-engine-bench-'));
/** About 1 KB a record, as in the measurements that the design rests on. */
const text = 'a message of a usual length, '.repeat(30);

interface Figures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Runs `lanes` writers side by side, each waiting for its acknowledgement before it goes on. */
async function measure(
  lanes: number,
  perCall: number,
  write: (lane: number, call: number) => Promise<unknown>,
): Promise<Figures> {
  const latencies: number[] = [];
  const started = systemClock.ticks();
  const lane = async (number: number): Promise<void> => {
    for (let call = 0; systemClock.ticks() - started < lastsUs; call += 1) {
      const before = systemClock.ticks();
      await write(number, call);
      latencies.push(systemClock.ticks() - before);
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
  const took = (systemClock.ticks() - started) / 1e6;
  latencies.sort((a, b) => a - b);
  const quantile = (share: number): number => (latencies[Math.floor(share * (latencies.length - 1))] ?? 0) / 1000;
  return {
    perSecond: Math.round((latencies.length * perCall) / took),
    p50Ms: Number(quantile(0.5).toFixed(2)),
    p99Ms: Number(quantile(0.99).toFixed(2)),
  };
}

const message = (id: string, conversation: string, time: number): Message => ({
  id,
  conversation,
  author: 'user',
  sender: 'user',
  recipient: 'desk',
  time,
  parts: [{ kind: 'text', text, provenance: 'caller' }],
});

try {
  const journal = await Journal.open({ dataDir: join(folder, 'journal-alone'), now: () => systemClock.now() });
  const body = { text };
  const append = (lane: number, call: number): Promise<unknown> =>
    journal.append({ kind: 'message', id: `${lane}-${call}`, body });
  const alone = await measure(1, 1, append);
  const grouped = await measure(100, 1, append);
  await journal.close();

  const log = await ConversationLog.open({ dataDir: join(folder, 'log') });
  const one = await measure(1, 1, (lane, call) =>
    log.appendMessages([message(`a${lane}-${call}`, `a${call >> 4}`, call)], { role: 'desk' }),
  );
  const many = await measure(100, 1, (lane, call) =>
    log.appendMessages([message(`b${lane}-${call}`, `b${lane}-${call >> 4}`, call)], { role: 'desk' }),
  );
  await log.flush();
  const started = systemClock.ticks();
  const imported = await log.importConversations(
    Array.from({ length: 2000 }, (_, index) => ({
      id: `c${index}`,
      role: 'desk',
      split: null,
      tools: [],
      messages: Array.from({ length: 10 }, (_, turn) => message(`c${index}-${turn}`, `c${index}`, turn)),
    })),
  );
  await log.flush();
  const importSeconds = (systemClock.ticks() - started) / 1e6;
  await log.close();
  const result = {
    subject: 'journal',
    recordBytes: text.length,
    journal: { oneWriter: alone, hundredWriters: grouped },
    log: { oneWriter: one, hundredWriters: many },
    import: { messages: imported.messages, messagesPerSecond: Math.round(imported.messages / importSeconds) },
  };
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
