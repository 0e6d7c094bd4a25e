import { rmSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../engine/core/errors.ts';
import type { IndexAnswer, IndexOrder, NumberedAnswer, NumberedOrder } from './index-order.ts';
import { TextIndex } from './text-index.ts';

/** A file that does not open is a copy that is damaged or of an older layout: it is made anew. */
function opened(path: string): TextIndex {
  try {
    return new TextIndex(path);
  } catch {
    for (const ending of ['', '-wal', '-shm']) rmSync(`${path}${ending}`, { force: true });
    return new TextIndex(path);
  }
}

const index = opened((workerData as { readonly path: string }).path);

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
  }
  parentPort?.postMessage(answer);
  if (order.do === 'close') parentPort?.close();
});
