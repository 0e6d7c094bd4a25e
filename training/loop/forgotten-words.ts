import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { EngineError } from '../../engine/core/errors.ts';
import { quietLogger } from '../../engine/core/logger.ts';
import { KeptState } from './kept-state.ts';
import { emptyLoop, type LoopState } from './learning-loop.ts';

/**
 * Takes the words of people out of what the learning loop remembers: wordings that became routes, and their movements. Whose
 * they were is not remembered, so all go; those that the log still speaks for graduate again at the next look.
 * @param path of the kept state; nothing happens where there is none
 * @returns how many wordings went
 * @throws STORAGE_FAILED
 */
export async function forgetWords(path: string): Promise<number> {
  if (!existsSync(path)) return 0;
  const kept = await KeptState.open<LoopState>(path, emptyLoop, quietLogger);
  const { graduation } = kept.value;
  const moved = graduation.moved.filter(({ from, to }) => from !== 'dtr' && to !== 'dtr');
  const gone = graduation.routes.length;
  kept.value = { ...kept.value, graduation: { ...graduation, routes: [], moved } };
  await kept.save();
  // saving never fails aloud, and here nobody may believe what is not so
  if ((await readFile(path, 'utf8')) !== JSON.stringify(kept.value)) {
    throw new EngineError('STORAGE_FAILED', { path, detail: 'the words that became routes could not be removed' });
  }
  return gone;
}
