import { canonicalJson, sha256 } from '../../engine/core/hash.ts';
import type { Author, Message, Part } from '../../engine/core/message.ts';

/**
 * The id of a message by what it says and what it follows. A client of the chat protocol sends the whole conversation
 * again with every request; under these ids it is stored once, and a reply keeps its id when it comes back as history.
 * @param before id of the message before it, '' for the first
 */
export function messageIdentity(conversation: string, before: string, author: Author, parts: readonly Part[]): string {
  const texts: string[] = [];
  const others: unknown[] = [];
  for (const part of parts) {
    if (part.kind === 'text') texts.push(part.text);
    else if (part.kind === 'tool-call') others.push([part.id, part.name, part.arguments]);
    else if (part.kind === 'tool-result') others.push([part.callId, part.text]);
    else others.push(part.kind === 'image' ? part.url : [part.mediaType, part.text]);
  }
  const content = canonicalJson([conversation, before, author, texts.join('\n'), others]);
  return `msg_${sha256(content).slice(0, 24)}`;
}

/**
 * The messages that stood before one when it was said. A client that asks again, or changes what was said earlier, leaves
 * several lines in one conversation: the ids tell which of them a message goes on with. Where they do not, because the
 * log gave its own, these are all messages before it.
 * @param conversation messages in the order of the log
 */
export function messagesBefore(message: Message, conversation: readonly Message[]): readonly Message[] {
  const line: Message[] = [];
  let place = conversation.findIndex(({ id }) => id === message.id);
  for (let open = message; place > 0; open = conversation[place] ?? open) {
    const { conversation: name, author, parts, id } = open;
    const goesOn = (before: string): boolean => messageIdentity(name, before, author, parts) === id;
    if (goesOn('')) break;
    const earlier = conversation.slice(0, place);
    place = earlier.findLastIndex((one) => goesOn(one.id));
    const parent = earlier[place];
    if (parent === undefined) return [...earlier, ...line];
    line.unshift(parent);
  }
  return line;
}
