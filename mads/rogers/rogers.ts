import type { Tool, ToolArguments, ToolContext } from '../../engine/action/tool.ts';
import type { Clock, IdSource } from '../../engine/core/clock.ts';
import { EngineError } from '../../engine/core/errors.ts';
import { textOf, type Message } from '../../engine/core/message.ts';
import type { BlastRadius, JsonSchema } from '../../engine/core/tool-definition.ts';
import type { ConversationStore } from './conversation-store.ts';
import { isNote, Memberships, noteMessage, type MembershipNote } from './membership.ts';

export interface RogersParts {
  readonly store: ConversationStore;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** Messages that one recall returns at most. */
const mostRecalled = 200;

const text: JsonSchema = { type: 'string', minLength: 1, maxLength: 200 };
const conversation = text;

/**
 * Rogers owns the conversations: he makes them, lets members in and out, keeps what is said and recalls it for those
 * who took part. These are his tools; `caller` is always whom the bus says it is, never an argument.
 */
export function rogersTools({ store, clock, ids }: RogersParts): readonly Tool[] {
  const memberships = new Memberships(store);
  const self = 'rogers';

  /** @param role of the agent that answers; it counts for a new conversation only */
  const keep = async (messages: readonly Message[], role = self): Promise<void> => {
    await store.appendMessages(messages, { role });
    memberships.saw(messages);
  };
  const note = (id: string, note: MembershipNote, by: string): Message =>
    noteMessage(note, { id: ids('msg'), conversation: id, sender: by, recipient: self, time: clock.now() });

  const create = async (given: ToolArguments, { authority }: ToolContext): Promise<unknown> => {
    const id = ids('conv');
    const { caller } = authority;
    const others = ((given['members'] ?? []) as string[]).filter((name) => name !== caller);
    const open = given['open'] === true;
    const joined = others.map((name) => note(id, { event: 'joined', name }, caller));
    const role = given['role'] as string | undefined;
    await keep([note(id, { event: 'created', name: caller, open }, caller), ...joined], role);
    return { conversation: id, members: [caller, ...others] };
  };

  const join = async (given: ToolArguments, { authority }: ToolContext): Promise<unknown> => {
    const id = given['conversation'] as string;
    const name = (given['name'] ?? authority.caller) as string;
    const membership = await memberships.of(id);
    const mayInvite = membership.members.has(authority.caller);
    if (!mayInvite && !(membership.open && name === authority.caller)) {
      throw new EngineError('NOT_A_MEMBER', { name: authority.caller, conversation: id });
    }
    if (!membership.members.has(name)) await keep([note(id, { event: 'joined', name }, authority.caller)]);
    return { conversation: id, members: [...membership.members, name].filter(unique) };
  };

  const leave = async (given: ToolArguments, { authority }: ToolContext): Promise<unknown> => {
    const id = given['conversation'] as string;
    await memberships.check(id, authority.caller);
    await keep([note(id, { event: 'left', name: authority.caller }, authority.caller)]);
    return { conversation: id, left: authority.caller };
  };

  const append = async (given: ToolArguments, { authority }: ToolContext): Promise<unknown> => {
    const id = given['conversation'] as string;
    await memberships.check(id, authority.caller);
    const message: Message = {
      id: ids('msg'),
      conversation: id,
      author: 'user',
      sender: authority.caller,
      recipient: self,
      time: clock.now(),
      parts: [{ kind: 'text', text: given['text'] as string, provenance: 'caller' }],
    };
    await keep([message]);
    return { message: message.id };
  };

  const recall = async (given: ToolArguments, { authority }: ToolContext): Promise<unknown> => {
    const id = given['conversation'] as string;
    await memberships.check(id, authority.caller);
    const limit = (given['limit'] ?? 20) as number;
    const query = given['query'] as string | undefined;
    const messages = (await store.recent(id, query === undefined ? limit * 2 : 10_000)).filter((one) => !isNote(one));
    const fitting = query === undefined ? messages : messages.filter((one) => holds(textOf(one), query));
    return {
      conversation: id,
      messages: fitting.slice(-limit).map((one) => ({
        id: one.id,
        author: one.author,
        sender: one.sender,
        time: new Date(one.time).toISOString(),
        text: textOf(one),
      })),
    };
  };

  return [
    tool('create', 'Begins a conversation and lets members in.', 'reversible', create, {
      members: { type: 'array', items: text, maxItems: 100, description: 'names besides the caller' },
      role: { ...text, description: 'role of the agent that answers there, whose training data it becomes' },
      open: { type: 'boolean', description: 'true: anybody may join by himself' },
    }),
    tool(
      'join',
      'Joins an open conversation, or lets somebody into one that the caller takes part in.',
      'reversible',
      join,
      { conversation, name: { ...text, description: 'whom to let in; the caller where absent' } },
      ['conversation'],
    ),
    tool('leave', 'Leaves a conversation; recalling it is over then.', 'reversible', leave, { conversation }, [
      'conversation',
    ]),
    tool(
      'append',
      'Says something in a conversation that the caller takes part in.',
      'reversible',
      append,
      { conversation, text: { type: 'string', minLength: 1, maxLength: 100_000 } },
      ['conversation', 'text'],
    ),
    tool(
      'recall',
      'Returns the last messages of a conversation that the caller takes part in.',
      'read',
      recall,
      {
        conversation,
        limit: { type: 'integer', minimum: 1, maximum: mostRecalled, default: 20 },
        query: { ...text, description: 'only messages that hold all of these words' },
      },
      ['conversation'],
    ),
  ];
}

function tool(
  verb: string,
  description: string,
  blastRadius: BlastRadius,
  handler: Tool['handler'],
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
): Tool {
  const parameters = { type: 'object', properties, required, additionalProperties: false };
  return { definition: { name: `mads.rogers.${verb}`, description, parameters, blastRadius }, handler };
}

function unique(name: string, index: number, all: readonly string[]): boolean {
  return all.indexOf(name) === index;
}

function holds(message: string, query: string): boolean {
  const words = message.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => words.includes(word));
}
