import { readConversations } from '../../datasets/import/import-files.ts';
import type { Conversation } from '../../engine/core/conversation.ts';
import { EngineError } from '../../engine/core/errors.ts';
import { silent } from '../../engine/core/progress.ts';

/** All conversations of the files, in any format that can be imported. @throws DATA_EMPTY, FILE_UNREADABLE */
export async function readLogs(paths: readonly string[]): Promise<Conversation[]> {
  const conversations: Conversation[] = [];
  await readConversations(paths, {
    format: 'auto',
    onConversations: async (batch) => void conversations.push(...batch),
    progress: silent,
  });
  if (conversations.length === 0)
    throw new EngineError('DATA_EMPTY', { what: 'conversations', path: paths.join(', ') });
  return conversations;
}

/** The conversations marked with the split's name; a log without such marks is taken whole. */
export function ofSplit(conversations: readonly Conversation[], split: 'train' | 'test'): readonly Conversation[] {
  const marked = conversations.filter((one) => one.split === split);
  return marked.length > 0 ? marked : conversations;
}
