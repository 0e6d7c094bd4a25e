import { z } from 'zod';
import type { ContextChoice, Decision, Outcome, Verdict } from '../../../engine/core/decision.ts';
import { textOf, type Message } from '../../../engine/core/message.ts';
import type { ToolDefinition } from '../../../engine/core/tool-definition.ts';
import { messageIdentity } from '../../turns/message-identity.ts';
import { fault } from './chat-request.ts';
import type { GatewayParts } from './parts.ts';
import { engineModel, roleFor } from './roles.ts';

/** Characters that are told of a message that may go into the context. */
const longestText = 240;

const text = z.string().min(1).max(1_000_000);
const name = z.string().min(1).max(256);
const json = z.record(z.string(), z.unknown());

/** `/v1/route`, `mads.grace.route`. */
export const routeRequest = z.strictObject({
  text: text.describe('the message to be routed'),
  role: name.optional().describe('role or model that would answer; the default role where absent'),
  conversation: name.optional().describe('id of a conversation; what was said there is taken into account'),
  tools: z
    .array(z.object({ name, description: z.string().optional(), parameters: json.optional() }))
    .max(1000)
    .optional()
    .describe('tools that may be proposed; those of the role where absent'),
});

const outcome = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('tool-call'),
    name,
    arguments: json,
    process: name.optional(),
    step: name.optional(),
  }),
  z.object({
    kind: z.literal('reply'),
    text: z.string(),
    process: name.optional(),
    step: name.optional(),
    asks: name.optional(),
  }),
  z.object({ kind: z.literal('refuse'), text: z.string(), policy: name }),
]);

/** `/v1/feedback`, `mads.grace.feedback`. */
export const feedbackRequest = z
  .strictObject({
    decision_id: name.describe('the x-decision-id of the answer'),
    correct: z.boolean().optional().describe('whether it was right'),
    label: name.optional().describe("the right label, in the words of the tier's model"),
    outcome: outcome.optional().describe('what should have been done'),
    note: z.string().max(10_000).optional().describe('why'),
  })
  .refine(
    (given) => given.correct !== undefined || given.label !== undefined || given.outcome !== undefined,
    'one of correct, label and outcome is needed',
  );

/** What would be done with a message, and why. */
export interface RouteAnswer {
  /** The tier that would settle it; `imperator` where no cheap tier would. */
  readonly tier: Verdict['tier'];
  readonly role: string;
  readonly outcome: Outcome | null;
  readonly label: string | null;
  readonly confidence: number | null;
  readonly threshold: number | null;
  readonly reason: string;
  readonly model: string | null;
  readonly evidence: Verdict['evidence'];
  readonly visits: readonly Pick<
    Decision,
    | 'tier'
    | 'settled'
    | 'label'
    | 'confidence'
    | 'threshold'
    | 'reason'
    | 'model'
    | 'outcome'
    | 'evidence'
    | 'choices'
    | 'latencyUs'
  >[];
}

export type RouteParts = Pick<GatewayParts, 'roles' | 'defaultRole' | 'explain' | 'history' | 'clock'>;

/** Asks the ladder without the LLM; nothing is written, called or paid. @throws BAD_REQUEST, MODEL_UNKNOWN */
export async function explainRoute(parts: RouteParts, body: unknown, caller: string): Promise<RouteAnswer> {
  const parsed = routeRequest.safeParse(body);
  if (!parsed.success) throw fault(parsed.error);
  const given = parsed.data;
  const role = roleFor(parts, given.role ?? engineModel);
  const conversation = given.conversation ?? 'unnamed';
  const history = given.conversation === undefined ? [] : await parts.history(conversation);
  const content = [{ kind: 'text', text: given.text, provenance: 'caller' }] as const;
  const message: Message = {
    id: messageIdentity(conversation, history.at(-1)?.id ?? '', 'user', content),
    conversation,
    author: 'user',
    sender: caller,
    recipient: role,
    time: parts.clock.now(),
    parts: content,
  };
  const tools = (given.tools ?? []).map(({ name: tool, description, parameters }): ToolDefinition => ({
    name: tool,
    ...(description === undefined ? {} : { description }),
    parameters: parameters ?? { type: 'object' },
  }));
  const texts = new Map(history.map((one) => [one.id, textOf(one).slice(0, longestText)]));
  const { verdict, decisions } = await parts.explain({ message, history, role, tools });
  const { label, confidence, threshold, reason, model, evidence } = verdict;
  return {
    tier: verdict.settled ? verdict.tier : 'imperator',
    role,
    outcome: verdict.settled ? verdict.outcome : null,
    label,
    confidence,
    threshold,
    reason: verdict.settled ? reason : ['no cheap tier settles it', ...doubts(decisions)].join('; '),
    model,
    evidence,
    visits: decisions.map((visit) => ({
      tier: visit.tier,
      settled: visit.settled,
      label: visit.label,
      confidence: visit.confidence,
      threshold: visit.threshold,
      reason: visit.reason,
      model: visit.model,
      outcome: visit.outcome,
      evidence: visit.evidence,
      choices: visit.choices.map((choice) => readable(choice, texts.get(choice.id))),
      latencyUs: visit.latencyUs,
    })),
  };
}

/** A piece of the context with what it says. */
function readable(choice: ContextChoice, said: string | undefined): ContextChoice {
  return said === undefined ? choice : { text: said, ...choice };
}

/** Why each tier that could have settled did not; the context tier never does. */
function doubts(visits: readonly Decision[]): string[] {
  return visits.filter(({ tier }) => tier !== 'cet').map(({ tier, reason }) => `${tier}: ${reason}`);
}

/** Stores a person's word on a decision. @throws BAD_REQUEST, and what the log says of an unknown decision */
export async function giveFeedback(
  parts: Pick<GatewayParts, 'feedback'>,
  body: unknown,
): Promise<{ readonly id: string; readonly decision_id: string }> {
  const parsed = feedbackRequest.safeParse(body);
  if (!parsed.success) throw fault(parsed.error);
  const { decision_id: decision, correct, label, outcome: right, note } = parsed.data;
  const { id } = await parts.feedback({
    decision,
    ...(correct === undefined ? {} : { correct }),
    ...(label === undefined ? {} : { label }),
    ...(right === undefined ? {} : { outcome: right as Outcome }),
    ...(note === undefined ? {} : { note }),
    source: 'human',
  });
  return { id, decision_id: decision };
}
