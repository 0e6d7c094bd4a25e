import type { Conversation } from '../../../engine/core/conversation.ts';
import type { Outcome } from '../../../engine/core/decision.ts';
import { toolCallsOf } from '../../../engine/core/message.ts';
import { answeredTurns, type AnsweredTurn } from '../../../training/examples/answered-turn.ts';
import { chatBody } from './sample-desk.ts';

/** What the endpoint did with one message. */
export interface ReplayAnswer {
  readonly turn: AnsweredTurn;
  readonly tier: 'dtr' | 'lppm' | 'passed';
  /** As the client saw it; null where the message was passed up. */
  readonly outcome: Outcome | null;
  readonly latencyMs: number;
}

/** Function names of the chat protocol; a tool of another name cannot be declared. */
const declarable = /^[a-zA-Z0-9_-]{1,64}$/;

interface Reply {
  readonly choices: readonly {
    readonly message: {
      readonly content: string | null;
      readonly tool_calls?: readonly { readonly function: { readonly name: string; readonly arguments: string } }[];
    };
  }[];
}

/**
 * Sends every message of a user that the assistant answered at once, with what was truly said before it, one request
 * after the other.
 */
export async function replayOver(
  url: string,
  conversations: readonly Conversation[],
  log: readonly Conversation[],
): Promise<ReplayAnswer[]> {
  const known = toolsOfTraining(log);
  const answers: { answer: Omit<ReplayAnswer, 'outcome'>; outcome: Outcome | null; decision: string | null }[] = [];
  for (const conversation of conversations) {
    const names = conversation.tools.length > 0 ? conversation.tools.map((tool) => tool.name) : known;
    const described = new Map(conversation.tools.map((tool) => [tool.name, tool]));
    const tools = names
      .filter((name) => declarable.test(name))
      .map((name) => ({
        type: 'function',
        function: { name, parameters: described.get(name)?.parameters ?? { type: 'object' } },
      }));
    for (const turn of answeredTurns([conversation])) {
      const body = chatBody(conversation.messages, turn.history.length, {
        model: conversation.role,
        conversation: `replay ${conversation.id}`,
        more: { tools },
      });
      const started = performance.now();
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      const reply = (await response.json()) as Reply & { readonly error?: { readonly code: string } };
      const latencyMs = performance.now() - started;
      if (!response.ok) {
        if (reply.error?.code !== 'IMPERATOR_UNAVAILABLE') throw new Error(JSON.stringify(reply));
        answers.push({ answer: { turn, tier: 'passed', latencyMs }, outcome: null, decision: null });
        continue;
      }
      const tier = response.headers.get('x-thought-engine-tier') === 'dtr' ? 'dtr' : 'lppm';
      const decision = response.headers.get('x-decision-id');
      answers.push({ answer: { turn, tier, latencyMs }, outcome: outcomeOf(reply), decision });
    }
  }
  const steps = await stepsOf(url);
  return answers.map(({ answer, outcome, decision }) => {
    const step = decision === null ? undefined : steps.get(decision);
    if (outcome === null || outcome.kind === 'refuse' || step === undefined) return { ...answer, outcome };
    return { ...answer, outcome: { ...outcome, step } };
  });
}

function outcomeOf({ choices }: Reply): Outcome {
  const message = choices[0]?.message;
  const call = message?.tool_calls?.[0];
  if (call === undefined) return { kind: 'reply', text: message?.content ?? '' };
  const given = JSON.parse(call.function.arguments) as Record<string, unknown>;
  return { kind: 'tool-call', name: call.function.name, arguments: given };
}

/** Logs without definitions of tools: those that the assistant called in the train split. */
function toolsOfTraining(log: readonly Conversation[]): readonly string[] {
  const names = new Set<string>();
  for (const { split, messages } of log) {
    if (split !== 'train') continue;
    for (const message of messages) for (const call of toolCallsOf(message)) names.add(call.name);
  }
  return [...names].toSorted();
}

/** Steps that the settling rows of the log name, by decision. */
async function stepsOf(url: string): Promise<ReadonlyMap<string, string>> {
  const steps = new Map<string, string>();
  let before: string | undefined;
  for (;;) {
    const response = await fetch(`${url}/api/decisions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ settled: true, limit: 1000, ...(before === undefined ? {} : { before }) }),
    });
    if (!response.ok) throw new Error(`decisions: ${await response.text()}`);
    const page = (await response.json()) as readonly { readonly id: string; readonly outcome: Outcome | null }[];
    for (const { id, outcome } of page) {
      if (outcome !== null && 'step' in outcome && outcome.step !== undefined) steps.set(id, outcome.step);
    }
    before = page.at(-1)?.id;
    if (before === undefined || page.length < 1000) return steps;
  }
}
