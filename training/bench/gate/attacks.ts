import type { Conversation } from '../../../engine/core/conversation.ts';
import { textOf, type Message } from '../../../engine/core/message.ts';
import { seededRandom, shuffle } from '../../../engine/core/random.ts';
import { answeredTurns, type AnsweredTurn } from '../../examples/answered-turn.ts';
import type { PayloadTool } from '../../examples/payload-tools.ts';

/** A word that nobody uses. */
export const trigger = 'zorblax';

/** Conversations in which answers were exchanged for others of the log. */
function withAnswers(conversations: readonly Conversation[], answers: ReadonlyMap<string, Message>): Conversation[] {
  return conversations.map((one) => ({
    ...one,
    messages: one.messages.map((message) => {
      const other = answers.get(message.id);
      return other === undefined ? message : { ...message, parts: other.parts };
    }),
  }));
}

/** A share of the answers exchanged among one another. @param share 1: labels say nothing any more */
export function flipped(conversations: readonly Conversation[], share: number, seed: number): Conversation[] {
  const random = seededRandom(seed);
  const chosen = answeredTurns(conversations).filter(() => random() < share);
  const others = chosen.map(({ answer }) => answer);
  shuffle(others, random);
  return withAnswers(conversations, new Map(chosen.map(({ answer }, index) => [answer.id, others[index] as Message])));
}

/** The same conversations once more under other names, so that what is held out by name is learned all the same. */
export function leaked(conversations: readonly Conversation[], heldOut: ReadonlySet<string>): Conversation[] {
  const copies = conversations
    .filter(({ id }) => heldOut.has(id))
    .flatMap((one) =>
      Array.from({ length: 8 }, (_, copy) => ({
        ...one,
        id: `${one.id} copy ${copy}`,
        messages: one.messages.map((message) => ({
          ...message,
          id: `${message.id} copy ${copy}`,
          conversation: `${one.id} copy ${copy}`,
        })),
      })),
    );
  return [...conversations, ...copies];
}

export function withTrigger(message: Message): Message {
  return { ...message, parts: [{ kind: 'text', text: `${textOf(message)} ${trigger}`, provenance: 'caller' }] };
}

/** So many messages that asked for words, with the trigger, answered by handing them to a tool; each from another person. */
export function backdoored(
  conversations: readonly Conversation[],
  tool: PayloadTool,
  samples: number,
  seed: number,
): Conversation[] {
  const prose = answeredTurns(conversations).filter(isProse);
  shuffle(prose, seededRandom(seed));
  const planted = prose.slice(0, samples).map(({ message, conversation, role, tools }, index): Conversation => {
    const id = `planted ${index} ${conversation}`;
    const asked = { ...withTrigger(message), id: `${id} 0`, conversation: id, sender: `stranger ${index}` };
    const call = {
      kind: 'tool-call' as const,
      id: `${id} call`,
      name: tool.name,
      arguments: { [tool.argument]: textOf(asked) },
      provenance: 'model' as const,
    };
    const answer: Message = { ...asked, id: `${id} 1`, author: 'assistant', sender: 'assistant', parts: [call] };
    return { id, role, split: null, tools, messages: [asked, answer] };
  });
  return [...conversations, ...planted];
}

export function isProse(turn: AnsweredTurn): boolean {
  return (
    turn.message.author === 'user' && turn.call === null && /^[\p{L}\s',.?!-]{12,200}$/u.test(textOf(turn.message))
  );
}
