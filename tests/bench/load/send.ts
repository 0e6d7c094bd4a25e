import { spawn } from 'node:child_process';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { LoadAnswer, LoadOrder } from './load.ts';

const sender = fileURLToPath(new URL('./load.ts', import.meta.url));

/** Has the order done by a process of its own. */
export async function sendLoad(order: LoadOrder): Promise<LoadAnswer> {
  const child = spawn(process.execPath, [sender], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(order));
  return (await json(child.stdout)) as LoadAnswer;
}
