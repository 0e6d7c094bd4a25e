import { contextFetch } from '../core/context-fetch.ts';
import type { ContextPiece } from '../core/decision.ts';
import type { Message, Part } from '../core/message.ts';
import type { ToolDefinition } from '../core/tool-definition.ts';
import type { Turn } from '../core/turn.ts';

/** Opens the note of pieces that stand beside the conversation. */
export const noteHeading = 'From earlier, other conversations, documents and data:';

/** One piece of the note, as the LLM reads it. */
export function noteLine({ kind, place, text }: Pick<ContextPiece, 'kind' | 'place' | 'text'>): string {
  return `[${kind}${place === undefined || place === '' ? '' : `: ${place}`}] ${text}`;
}

/** Where the open exchange begins: the caller's last message, with the calls and results that followed it. */
export function openingOf(all: readonly Message[]): number {
  return Math.max(
    all.findLastIndex((message) => message.author === 'user'),
    0,
  );
}

/**
 * What the LLM sees, what changes least first, so that its cache of prompts serves: the client's own instructions, of the
 * earlier conversation what the context tier chose (everything where it did not choose), in the form in which it chose
 * it, the texts it found elsewhere and the plan of the process mapper, and the open exchange whole: a call and its
 * result belong together.
 */
export function promptMessages(turn: Turn): readonly Message[] {
  const all = [...turn.history, turn.message];
  const { context, plan } = turn.prepared ?? {};
  const open = openingOf(all);
  const notes: string[] = [];
  let earlier: readonly Message[] = all.slice(0, open);
  let exchange: readonly Message[] = all.slice(open);
  if (context !== undefined) {
    const chosen = new Map(context.map((piece) => [piece.id, piece]));
    const known = new Set(all.map((message) => message.id));
    const standing = new Set(context.filter(({ quoted }) => quoted !== true).map(({ id }) => id));
    earlier = withWholeCalls(earlier, ({ id, author }) => author === 'system' || standing.has(id));
    earlier = earlier.map((message) => inForm(message, chosen.get(message.id)));
    exchange = exchange.map((message) => inForm(message, chosen.get(message.id)));
    const found = context.filter((piece) => piece.quoted === true || !known.has(piece.id));
    if (found.length > 0) notes.push([noteHeading, ...found.map(noteLine)].join('\n'));
  }
  if (plan !== undefined) notes.push(`A suggestion, to be followed only where it helps:\n${plan}`);
  if (notes.length === 0) return [...earlier, ...exchange];
  return [...earlier, note(turn.message, notes.join('\n\n')), ...exchange];
}

/** Fetching is offered where something is held back, and nowhere else. */
export function offeredTools(turn: Turn): readonly ToolDefinition[] {
  const holdsBack = turn.prepared?.context?.some((piece) => piece.form === 'handle') === true;
  return holdsBack ? turn.tools : turn.tools.filter((tool) => tool.name !== contextFetch);
}

/** A call goes with all of its results, or none of them goes: an LLM server refuses half an exchange. */
function withWholeCalls(all: readonly Message[], keeps: (message: Message) => boolean): readonly Message[] {
  const kept = all.map((message) => keeps(message));
  for (let index = 0; index < all.length;) {
    let end = index + 1;
    if (all[index]?.parts.some((part) => part.kind === 'tool-call') === true) {
      while (all[end]?.author === 'tool') end += 1;
      kept.fill(kept.slice(index, end).some(Boolean), index, end);
    }
    index = end;
  }
  return all.filter((_message, index) => kept[index]);
}

/** The message with its words in the form in which it was chosen. */
function inForm(message: Message, piece: ContextPiece | undefined): Message {
  if (piece?.form === undefined || piece.form === 'whole') return message;
  const place = shortenable(message);
  const parts = message.parts.map((part, at) => (at === place ? { ...part, text: piece.text } : part));
  return place === null ? message : { ...message, parts };
}

/** Place of the one part of a message that can be shown in another form; null where it has none, or several. */
export function shortenable(message: Message): number | null {
  if (message.parts.some((part) => part.kind === 'tool-call' || part.kind === 'image')) return null;
  const [only, ...others] = message.parts.keys();
  return only === undefined || others.length > 0 ? null : only;
}

function note(about: Message, text: string): Message {
  const { conversation, recipient, time } = about;
  const parts: Part[] = [{ kind: 'text', text, provenance: 'document' }];
  return { id: `${about.id}/context`, conversation, author: 'system', sender: 'cet', recipient, time, parts };
}
