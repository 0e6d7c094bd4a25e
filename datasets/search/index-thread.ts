import { rmSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../engine/core/errors.ts';
import type { IndexAnswer, IndexOrder, NumberedAnswer, NumberedOrder } from './index-order.ts';
import { TextIndex } from './text-index.ts';

const { path } = workerData as { readonly path: string };

/** A file that does not open is a copy that is damaged or of an older layout: it is made anew. */
function opened(): TextIndex {
  try {
    return new TextIndex(path);
  } catch {
    return made();
  }
}

function made(): TextIndex {
  for (const ending of ['', '-wal', '-shm']) rmSync(`${path}${ending}`, { force: true });
  return new TextIndex(path);
}

let index = opened();

/** SQLite's codes for a file that is damaged, or is no database: trying again would fail for ever. */
const damaged = new Set([11, 26]);

function isDamage(error: unknown): boolean {
  const code = (error as { readonly errcode?: unknown }).errcode;
  // the lowest byte is the code, what stands above it says more
  return typeof code === 'number' && damaged.has(code & 0xff);
}

function obey(order: IndexOrder): IndexAnswer {
  if (order.do === 'search') return { hits: index.search(order.search) };
  if (order.do === 'notes') return { notes: index.notes(order.prefix) };
  if (order.do === 'size') return index.size;
  if (order.do === 'add') index.add(order.texts, order.notes);
  else if (order.do === 'remove') index.remove(order.source, order.notes);
  else index.close();
  return { done: true };
}

parentPort?.on('message', ({ number, order }: NumberedOrder) => {
  let answer: NumberedAnswer;
  try {
    answer = { number, answer: obey(order) };
  } catch (error) {
    answer = { number, failure: messageOf(error) };
    if (isDamage(error)) {
      index.close();
      index = made();
    }
  }
  parentPort?.postMessage(answer);
  if (order.do === 'close') parentPort?.close();
});
