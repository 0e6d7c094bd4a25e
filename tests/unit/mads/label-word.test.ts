import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { ConversationLog } from '../../../datasets/log/conversation-log.ts';
import { readSnapshotDecisions, readSnapshotFeedback } from '../../../datasets/log/snapshot.ts';
import { auditOrder, isDrawnForAudit } from '../../../engine/core/audit-draw.ts';
import { ProcessOffice } from '../../../mads/grace/process-office.ts';
import { Desk } from '../../../mads/grace/desk.ts';
import { Registry } from '../../../models/registry/registry.ts';
import { auditedWords } from '../../../training/labels/audited-words.ts';
import { decisionFixture, messageFixture, temporaryFolder } from '../../support/log-fixture.ts';

const folder = temporaryFolder();
afterEach(() => folder.remove());

it('keeps an answer to the labelling queue as a word about a drawn message, and what people say unasked apart', async () => {
  const log = await ConversationLog.open({ dataDir: join(folder.path, 'data') });
  const desk = new Desk({
    log,
    registry: await Registry.open(join(folder.path, 'models')),
    queue: null,
    training: { seed: 1, alpha: 0.05, delta: 0.1, device: 'cpu' },
    prices: { input: 1, output: 1 },
    processes: new ProcessOffice({ folder: join(folder.path, 'processes'), tools: () => Promise.resolve([]) }),
  });
  const drawn = Array.from({ length: 200 }, (_, index) => `d${index}`).filter(isDrawnForAudit);
  const messages = drawn.map((id) => messageFixture(`m-${id}`));
  await log.importConversations([{ id: 'cnv_1', role: 'desk', tools: [], split: null, messages }]);
  log.record(drawn.map((id) => decisionFixture(id, { message: `m-${id}` })));
  await log.flush();
  // the queue has shown the first one by then, and not yet the last
  const inOrder = drawn.toSorted((a, b) => auditOrder(a) - auditOrder(b));
  const [asked = '', unasked = ''] = [inOrder[0], inOrder.at(-1)];
  await desk.label({ decision: asked, correct: true });
  await log.addFeedback({ decision: unasked, correct: true, source: 'human' });
  const { path } = await log.snapshot({ role: 'desk' });
  await log.close();
  const words = auditedWords(await readSnapshotFeedback(path), await readSnapshotDecisions(path));
  expect(words).toMatchObject([{ message: `m-${asked}`, outcome: { kind: 'tool-call', name: 'shell.run' } }]);
});
