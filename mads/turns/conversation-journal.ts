import type { Parcel } from '../../engine/bus/bus.ts';
import { contextFetch } from '../../engine/core/context-fetch.ts';
import type { Message } from '../../engine/core/message.ts';
import type { ToolDefinition } from '../../engine/core/tool-definition.ts';
import type { ConversationStore } from '../rogers/conversation-store.ts';
import { isNote } from '../rogers/membership.ts';
import { attachmentOf } from './turn-parcel.ts';

/**
 * The bus's way to the journal. Messages of conversations are kept under the role that answers them, a reply together
 * with the calls that it rests on; calls of another MAD's tools are not kept, since what they do is.
 * With a conversation stand the tools that could be called in it, the caller's and those of the house: who judges later
 * what might have been done must know what could be.
 * @param roleOf role of a MAD by its name on the bus; an ephemeral one has a name of its own
 * @param toolsOf tools of a MAD by its name on the bus
 */
export function journalOf(
  store: ConversationStore,
  roleOf: (name: string) => string,
  toolsOf: (name: string) => readonly ToolDefinition[] = () => [],
): (parcel: Parcel) => Promise<void> {
  return async (parcel) => {
    const { message } = parcel;
    if (attachmentOf(parcel, 'call') !== undefined || attachmentOf(parcel, 'result') !== undefined) return;
    const request = attachmentOf(parcel, 'turn');
    const role = roleOf(request === undefined ? message.sender : message.recipient);
    const earlier = request?.history ?? attachmentOf(parcel, 'report')?.exchange ?? [];
    const tools = request === undefined ? [] : offered(request.tools, toolsOf(message.recipient));
    await store.appendMessages([...earlier, message], { role, ...(tools.length === 0 ? {} : { tools }) });
  };
}

/** As a turn offers them; what only fetches context is no deed. */
function offered(theirs: readonly ToolDefinition[], house: readonly ToolDefinition[]): readonly ToolDefinition[] {
  const named = new Set([...theirs.map((tool) => tool.name), contextFetch]);
  const own = house.filter((tool) => !named.has(tool.name));
  return own.length === 0 ? theirs : [...theirs, ...own];
}

/**
 * What was said before a message (all where there is none of that id), for MADs whose senders do not bring it along.
 * Notes about members are nothing that was said.
 */
export function historyOf(
  store: ConversationStore,
  most = 200,
): (conversation: string, before: string) => Promise<readonly Message[]> {
  return async (conversation, before) => {
    const messages = await store.recent(conversation, most);
    const end = messages.findLastIndex((message) => message.id === before);
    return messages.slice(0, end === -1 ? messages.length : end).filter((message) => !isNote(message));
  };
}
