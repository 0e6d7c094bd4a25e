import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ConversationLog } from '../datasets/log/conversation-log.ts';
import type { SnapshotInfo } from '../datasets/log/snapshot.ts';
import { messageOf } from '../engine/core/errors.ts';
import { askOwner, servingOwner } from '../mads/house/owner.ts';
import { writeNotebookData } from './data.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const kit = fileURLToPath(import.meta.resolve('@observablehq/notebook-kit/vite')).replace(
  /src.vite.index\.js$/,
  'bin/notebooks.js',
);
const data = `${here}routing-accuracy/.observable/data.json`;

/** A snapshot of all that is logged: from the server that owns the folder, else from the log itself. */
async function freshSnapshot(dataDir: string): Promise<string> {
  const owner = await servingOwner(dataDir);
  if (owner !== null) return ((await askOwner(owner, 'snapshot', {})) as SnapshotInfo).path;
  const log = await ConversationLog.open({ dataDir });
  try {
    return (await log.snapshot()).path;
  } finally {
    await log.close();
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      snapshot: { type: 'string', multiple: true },
      'data-dir': { type: 'string', default: process.env['THOUGHT_ENGINE_DATA_DIR'] ?? '.thought-engine' },
      out: { type: 'string', default: fileURLToPath(new URL('../dist/notebooks', import.meta.url)) },
    },
  });
  const snapshots = values.snapshot ?? [await freshSnapshot(values['data-dir'])];
  const { visits } = await writeNotebookData(snapshots, data);
  const judged = visits.filter((visit) => visit.correct !== null).length;
  const args = ['build', '--root', here, '--out', values.out, '--empty', '--', `${here}routing-accuracy/index.html`];
  const { status } = spawnSync(process.execPath, [kit, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  await rm(data, { force: true });
  if (status !== 0) return 1;
  process.stdout.write(`${values.out}/routing-accuracy/index.html: ${visits.length} visits, ${judged} judged\n`);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
