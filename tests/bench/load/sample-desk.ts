import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { ConversationLog } from '../../../datasets/log/conversation-log.ts';
import { sampleConversations } from '../../../datasets/sample/desk.ts';
import type { Conversation } from '../../../engine/core/conversation.ts';
import { textOf, toolCallsOf, type Message } from '../../../engine/core/message.ts';
import { writeArguments } from '../../../engine/providers/provider.ts';
import { dataFolder } from '../../../mads/house/data-folder.ts';
import { snapshotRoles, trainRoles } from '../../../mads/grace/cli/role-training.ts';

/** Roles of the sample desk whose routers the bench needs: one that gets content, one that follows processes. */
const roles = ['ops-desk', 'support-agent'] as const;

/**
 * The sample desk with trained routers; made once for a folder.
 * @param alphas error budgets of roles; a wide one where absent: a message is to be settled, whether rightly or not
 */
export async function prepareDesk(
  dataDir: string,
  alphas: Readonly<Partial<Record<(typeof roles)[number], number>>> = {},
): Promise<void> {
  if (existsSync(dataFolder(dataDir).sampleMark)) return;
  await mkdir(dataDir, { recursive: true });
  const log = await ConversationLog.open({ dataDir });
  await log.importConversations(sampleConversations(1));
  const snapshots = await snapshotRoles(log, roles);
  await log.close();
  const config = { seed: 1, delta: 0.1, device: 'cpu', tiers: ['dtr', 'lppm'] } as const;
  const options = { processes: 1, reason: 'bench', progress: () => undefined, say: () => undefined };
  const trained = await Promise.all(
    roles.map((role) => {
      const own = snapshots.filter((snapshot) => snapshot.role === role);
      return trainRoles(dataDir, own, { ...config, alpha: alphas[role] ?? 0.3 }, options);
    }),
  );
  for (const { role, error } of trained.flat()) {
    if (error !== null) throw new Error(`${role} was not trained`, { cause: error });
  }
  await writeFile(dataFolder(dataDir).sampleMark, '{"seed":1}\n');
}

/** The request of a client of the chat protocol for the answer to `messages[last]`; all before it goes along. */
export function chatBody(
  messages: readonly Message[],
  last: number,
  request: { readonly model: string; readonly conversation: string; readonly more?: object },
): string {
  const { model, conversation, more } = request;
  return JSON.stringify({
    model,
    messages: messages.slice(0, last + 1).map(chatMessage),
    metadata: { conversation_id: conversation },
    ...more,
  });
}

function chatMessage(message: Message): object {
  const content = textOf(message);
  if (message.author === 'tool') {
    const result = message.parts.find((part) => part.kind === 'tool-result');
    return { role: 'tool', tool_call_id: result?.callId ?? 'unknown', name: message.sender, content };
  }
  const calls = toolCallsOf(message).map((call) => ({
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: writeArguments(call.arguments) },
  }));
  return { role: message.author, content, ...(calls.length === 0 ? {} : { tool_calls: calls }) };
}

/** What the server does with the turns of conversations that it never saw: one kind of request per tier. */
export interface DeskRequests {
  /** Settled by the tree router in one turn: content, executed by a simulated tool of the house. */
  readonly dtr: readonly string[];
  /** Settled by the process mapper, turn after turn of one conversation. */
  readonly lppm: readonly string[];
  /** Passed up by all. */
  readonly passed: string;
}

const probes = 120;

/** Finds such requests by asking the server. */
export async function findRequests(url: string): Promise<DeskRequests> {
  const unseen = sampleConversations(77, { conversations: 200 });
  let number = 0;
  const tierOf = async (conversation: Conversation, last: number): Promise<string> => {
    number += 1;
    const request = { model: conversation.role, conversation: `probe-${number}` };
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: chatBody(conversation.messages, last, request),
    });
    await answer.arrayBuffer();
    return answer.ok ? (answer.headers.get('x-thought-engine-tier') ?? 'none') : 'failed';
  };
  const bodyOf = ({ role, messages }: Conversation, last: number): string =>
    chatBody(messages, last, { model: role, conversation: '[<id>]' });
  let dtr: readonly string[] | null = null;
  let passed: string | null = null;
  let lppm: readonly string[] = [];
  for (const conversation of unseen) {
    if (number > probes) break;
    const { role, messages } = conversation;
    if (role === 'ops-desk' && (dtr === null || passed === null)) {
      const tier = await tierOf(conversation, 0);
      if (tier === 'dtr') dtr ??= [bodyOf(conversation, 0)];
      // the process mapper of so small a desk may leave nothing to the LLM
      if (tier === 'imperator') passed ??= bodyOf(conversation, 0);
    }
    if (role !== 'support-agent' || lppm.length >= 3) continue;
    const settled: string[] = [];
    for (const [last, message] of messages.entries()) {
      if (message.author !== 'user') continue;
      const tier = await tierOf(conversation, last);
      if (tier === 'imperator') passed ??= bodyOf(conversation, last);
      if (tier === 'lppm') settled.push(bodyOf(conversation, last));
    }
    if (settled.length > lppm.length) lppm = settled;
  }
  if (dtr === null || passed === null || lppm.length === 0) {
    throw new Error(`the desk settles too little to be measured: ${JSON.stringify({ dtr, lppm, passed })}`);
  }
  return { dtr, lppm, passed };
}
