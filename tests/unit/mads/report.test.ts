import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConversationLog } from '../../../datasets/log/conversation-log.ts';
import { boundOf, type Bound } from '../../../models/certificate/certificate.ts';
import { Registry } from '../../../models/registry/registry.ts';
import { reportText } from '../../../mads/grace/cli/verbs/report.ts';
import { reportOf } from '../../../mads/grace/report.ts';
import { decisionFixture, temporaryFolder } from '../../support/log-fixture.ts';
import { talk } from '../../support/talk.ts';

const folder = temporaryFolder();
const prices = { input: 2, output: 8 };
let log: ConversationLog;
let registry: Registry;

beforeAll(async () => {
  log = await ConversationLog.open({ dataDir: folder.path });
  registry = await Registry.open(await mkdtemp(join(folder.path, 'models-')));
  for (const role of ['new', 'poor', 'proved']) {
    await log.importConversations([{ ...talk(`c-${role}`, [['user', 'a'], ['assistant', 'b']]), role }]); // prettier-ignore
  }
  const promote = async (role: string, certificate: Bound): Promise<void> => {
    const work = await registry.workspace();
    await writeFile(join(work, 'w'), role);
    const golden = Array.from({ length: 64 }, (_, index) => ({ input: index, output: index }));
    const description = { kind: 'dtr', parent: null, dataSnapshot: 's', codeVersion: '1', seed: 1, schemas: {}, metrics: {} } as const; // prettier-ignore
    const { id } = await registry.publish(work, { ...description, role }, golden);
    const thresholds = { standard: 0.9, byLabel: {} };
    const content = { role, artefacts: { dtr: id }, thresholds: { dtr: thresholds, lppm: thresholds }, certificate };
    await registry.promote(role, { ...content, metrics: {}, parent: null }, { expected: null, reason: 'test' });
  };
  const options = { alpha: 0.05, delta: 0.1 };
  await promote('poor', { ...boundOf(30, 0, 0, options), reason: 'too few rows' });
  await promote('proved', { ...boundOf(400, 300, 3, options), reason: 'proved' });
});
afterAll(async () => {
  await log.close();
  folder.remove();
});

describe('reportOf', () => {
  it('tells untrained, uncertified and proved roles apart', async () => {
    const { prospects } = await reportOf({ log, registry, prices }, null);
    expect(prospects).toMatchObject([
      { role: 'new', bundle: null, settled: null, reason: expect.stringContaining('train --role new') },
      { role: 'poor', settled: null, rows: 30, reason: 'too few rows', savedUsdPerThousand: null },
      { role: 'proved', conversations: 1, messages: 2, settled: 0.75, rows: 400, alpha: 0.05 },
    ]);
    const [, , proved] = prospects;
    expect(proved?.error).toBeCloseTo(0.01, 3);
    expect(proved?.errorUpper).toBeGreaterThan(0.01);
    // 600 tokens in, 120 out, as long as no call was made
    expect(proved?.savedUsdPerThousand).toBeCloseTo(0.75 * ((600 * 2 + 120 * 8) / 1e6) * 1000, 6);
  });

  it('speaks of one role where one is asked for', async () => {
    const { prospects } = await reportOf({ log, registry, prices }, 'poor');
    expect(prospects.map(({ role }) => role)).toEqual(['poor']);
  });

  it('counts what was served, and takes the real price of a call once there was one', async () => {
    log.record([
      decisionFixture('d1', { message: 'c-proved-0', conversation: 'c-proved', role: 'proved' }),
      decisionFixture('d2', {
        message: 'x',
        tier: 'imperator',
        conversation: 'c-proved',
        role: 'proved',
        costUsd: 0.5,
      }),
    ]);
    const { prospects, served } = await reportOf({ log, registry, prices }, 'proved');
    expect(served.savings).toMatchObject({ messages: 2, avoided: 1, imperator: 1, meanImperatorUsd: 0.5 });
    expect(prospects[0]?.savedUsdPerThousand).toBeCloseTo(0.75 * 0.5 * 1000, 6);
  });

  it('reads as a table with a reason for each role that settles nothing', async () => {
    const text = reportText(await reportOf({ log, registry, prices }, null));
    expect(text).toMatch(/proved +│ +1 │ +2 │ +75\.0 %/);
    expect(text).toContain('poor: too few rows');
    expect(text).toMatch(/proved: proved with \d+ % certainty for messages of the sources that were learned from/);
    expect(text).toContain('2 messages, 1 settled below the LLM, 1 by the LLM, 0 by nobody');
  });
});
