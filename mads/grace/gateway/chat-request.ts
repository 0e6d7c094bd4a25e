import { z } from 'zod';
import { callParts, contentParts } from '../../../datasets/import/chat-parts.ts';
import { FieldFault } from '../../../datasets/import/field.ts';
import { EngineError } from '../../../engine/core/errors.ts';
import { sha256 } from '../../../engine/core/hash.ts';
import type { Author, Message, Part, Provenance } from '../../../engine/core/message.ts';
import type { ToolDefinition } from '../../../engine/core/tool-definition.ts';
import { messageIdentity } from '../../turns/message-identity.ts';

const name = z.string().min(1).max(256);
const number = z.number().nullish();
const count = z.number().int().positive().nullish();
const tool = z.looseObject({
  type: z.literal('function'),
  function: z.looseObject({
    // more than the protocol allows: logs of other systems have dots in their names; the LLM is told an alias
    name: z.string().regex(/^[a-zA-Z0-9_.-]{1,128}$/, 'letters, digits, _, - and dots, at most 128'),
    description: z.string().nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
  }),
});

/** The fields whose types we rely on; all others go to the LLM as they are. */
const chatRequest = z.looseObject({
  model: name,
  messages: z
    .array(z.looseObject({ role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']) }))
    .min(1)
    .max(10_000),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  tools: z.array(tool).max(1000).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  user: z.string().max(256).nullish(),
  n: z.literal(1, 'one answer per request').nullish(),
  temperature: number,
  top_p: number,
  presence_penalty: number,
  frequency_penalty: number,
  seed: z.number().int().nullish(),
  max_tokens: count,
  max_completion_tokens: count,
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
});

type ChatBody = z.infer<typeof chatRequest>;

/** A request of the chat protocol in our own words. */
export interface ChatRequest {
  readonly model: string;
  readonly caller: string;
  readonly conversation: string;
  /** True where the client named the conversation; else it is derived from its first messages. */
  readonly isNamed: boolean;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly tools: readonly ToolDefinition[];
  /** What goes to the LLM as it is, the tools as the client wrote them included; only names get an alias where they need one. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly written: readonly WrittenMessage[];
}

/** A message before it has its place in a conversation. */
export interface WrittenMessage {
  readonly author: Author;
  readonly sender: string;
  readonly parts: readonly Part[];
}

/** @throws BAD_REQUEST naming the field */
export function parseChatRequest(body: unknown, role: (model: string) => string): ChatRequest {
  const result = chatRequest.safeParse(body);
  if (!result.success) throw fault(result.error);
  const { model, messages, stream, stream_options, tools, metadata, user, n: _n, ...parameters } = result.data;
  const caller = user ?? 'user';
  const written = messages.map((message, index) => writtenMessage(message, index, caller, role(model)));
  const named = metadata?.['conversation_id'];
  const llm = { ...parameters, ...(user == null ? {} : { user }), ...(tools == null ? {} : { tools }) };
  return {
    model,
    caller,
    conversation: named ?? derivedConversation(role(model), caller, written),
    isNamed: named !== undefined,
    stream: stream === true,
    includeUsage: stream_options?.include_usage === true,
    tools: (tools ?? []).map(({ function: one }) => ({
      name: one.name,
      ...(one.description == null ? {} : { description: one.description }),
      parameters: one.parameters ?? { type: 'object' },
    })),
    parameters: llm,
    written,
  };
}

/** Gives written messages their ids, each by what stands before it. @param before id of the message before the first */
export function placeMessages(
  written: readonly WrittenMessage[],
  place: { readonly conversation: string; readonly role: string; readonly time: number; readonly before: string },
): readonly Message[] {
  const { conversation, role } = place;
  let { before } = place;
  return written.map(({ author, sender, parts }, index): Message => {
    const id = messageIdentity(conversation, before, author, parts);
    before = id;
    const isOurs = author === 'assistant';
    const partner = written.findLast((one) => one.author === 'user')?.sender ?? 'user';
    // Earlier messages happened earlier, whenever that was; one millisecond apart keeps their order.
    const time = place.time - (written.length - 1 - index);
    return {
      id,
      conversation,
      author,
      sender: isOurs ? role : sender,
      recipient: isOurs ? partner : role,
      time,
      parts,
    };
  });
}

function derivedConversation(role: string, caller: string, written: readonly WrittenMessage[]): string {
  const first = written.findIndex((message) => message.author === 'user');
  let before = `${role}/${caller}`;
  for (const { author, parts } of written.slice(0, first + 1)) before = messageIdentity('', before, author, parts);
  return `conv_${sha256(before).slice(0, 24)}`;
}

type BodyMessage = ChatBody['messages'][number];

function writtenMessage(message: BodyMessage, index: number, caller: string, role: string): WrittenMessage {
  try {
    return readMessage(message, index, caller, role);
  } catch (error) {
    if (!(error instanceof FieldFault)) throw error;
    const param = error.message.split(':')[0] ?? `messages.${index}`;
    throw new EngineError('BAD_REQUEST', { detail: error.message, param }, { cause: error });
  }
}

function readMessage(message: BodyMessage, index: number, caller: string, role: string): WrittenMessage {
  const where = `messages.${index}`;
  const given = message['name'];
  const known = typeof given === 'string' && given !== '' ? given : null;
  switch (message.role) {
    case 'system':
    case 'developer':
      // Instructions of the application are read, never obeyed as a request to execute something.
      return { author: 'system', sender: known ?? 'system', parts: content(message, 'document', where) };
    case 'user': {
      const provenance = known === null || /^(user|human)$/i.test(known) ? 'caller' : 'agent';
      return { author: 'user', sender: known ?? caller, parts: content(message, provenance, where) };
    }
    case 'assistant': {
      const calls = callParts(message, `call_${index}`, where);
      return { author: 'assistant', sender: role, parts: [...content(message, 'model', where), ...calls] };
    }
    default: {
      // `tool`, and `function` as it was called before.
      const callId = typeof message['tool_call_id'] === 'string' ? message['tool_call_id'] : (known ?? 'unknown');
      const texts = content(message, 'tool', where).map((part) => ('text' in part ? part.text : ''));
      const part: Part = { kind: 'tool-result', callId, text: texts.join('\n'), provenance: 'tool' };
      return { author: 'tool', sender: known ?? 'tool', parts: [part] };
    }
  }
}

function content(message: BodyMessage, provenance: Provenance, where: string): readonly Part[] {
  return contentParts(message['content'], provenance, `${where}.content`);
}

/** The first fault, with the path of the field in OpenAI's way of writing it. */
export function fault(error: z.ZodError): EngineError {
  const issue = error.issues[0];
  const param = issue?.path.join('.') ?? '';
  const detail = `${param === '' ? 'the body' : param}: ${issue?.message ?? 'wrong'}`;
  return new EngineError('BAD_REQUEST', { detail, param }, { cause: error });
}
