/**
 * Child process of log-crash.test.ts: appends messages and decisions as fast as it can and names each acknowledged id
 * on stdout, until it is killed. Arguments: data folder, prefix of the ids, segment size in bytes.
 */
import { writeSync } from 'node:fs';
import { ConversationLog } from '../../datasets/log/conversation-log.ts';
import { decisionFixture, messageFixture } from '../support/log-fixture.ts';

const [dataDir = '', prefix = '', segmentBytes = ''] = process.argv.slice(2);
const log = await ConversationLog.open({ dataDir, segmentBytes: Number(segmentBytes) });
writeSync(1, 'ready\n');

async function writeForever(lane: number): Promise<never> {
  for (let index = 0; ; index += 1) {
    const conversation = `${prefix}-${lane}-${index % 7}`;
    const ids = [0, 1, 2].map((turn) => `${prefix}-${lane}-${index}-${turn}`);
    const messages = ids.map((id) =>
      messageFixture(id, { conversation, parts: [{ kind: 'text', text: id.repeat(20), provenance: 'caller' }] }),
    );
    await log.appendMessages(messages, { role: 'desk' });
    writeSync(1, `${ids.join('\n')}\n`);
    log.record([decisionFixture(`d-${ids[0]}`, { message: ids[0] as string, conversation })]);
  }
}

await Promise.all([0, 1, 2, 3].map(writeForever));
