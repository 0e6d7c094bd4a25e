import type { Decision, Evidence, Outcome } from '../../engine/core/decision.ts';
import type { Conversation } from '../../engine/core/conversation.ts';
import { textOf, toolCallsOf, type Message } from '../../engine/core/message.ts';
import { seededRandom } from '../../engine/core/random.ts';
import { sha256 } from '../../engine/core/hash.ts';
import type { TierName } from '../../engine/core/tier-name.ts';
import type { FeedbackInput } from '../../datasets/log/feedback.ts';

export interface Traffic {
  readonly conversations: readonly Conversation[];
  readonly decisions: readonly Decision[];
  readonly feedback: readonly FeedbackInput[];
}

export const servedThresholds = { dtr: 0.93, lppm: 0.86 } as const;
const payloadTools = /^(shell|code|files|mcp|functions|slash|sql|queries)\./;
const models = { dtr: sha256('dtr'), lppm: sha256('lppm'), cet: sha256('cet'), imperator: null };

/**
 * Conversations as if they had been served up to `end`: made-up visits of every user's message, calibrated by
 * construction, so that every figure of a page has something to show. `judged`: share of visits with a label.
 */
export function trafficOf(conversations: readonly Conversation[], end: number, judged = 0.4): Traffic {
  const random = seededRandom(7);
  const last = Math.max(...conversations.map((one) => one.messages.at(-1)?.time ?? 0));
  const moved = conversations.map((one) => ({
    ...one,
    messages: one.messages.map((message) => ({ ...message, time: message.time - last + end })),
  }));
  const decisions: Decision[] = [];
  const feedback: FeedbackInput[] = [];
  const visit = (message: Message, role: string, tier: TierName, given: Partial<Decision>): Decision => {
    const decision: Decision = {
      id: `dec_${decisions.length + 1}`,
      message: message.id,
      conversation: message.conversation,
      role,
      time: message.time + decisions.length * 1e-4,
      tier,
      settled: false,
      outcome: null,
      label: null,
      confidence: null,
      threshold: tier === 'dtr' || tier === 'lppm' ? servedThresholds[tier] : null,
      reason: '',
      model: models[tier],
      evidence: [],
      choices: [],
      propensity: 1,
      latencyUs: latencyOf(tier, random()),
      costUsd: 0,
      shadow: false,
      ...given,
    };
    decisions.push(decision);
    const { confidence, outcome, id } = decision;
    if (confidence !== null && outcome !== null && random() < judged) {
      feedback.push({
        decision: id,
        correct: random() < confidence + 0.015,
        source: 'verifier',
        time: message.time + 5,
      });
    }
    return decision;
  };
  for (const { messages, role } of moved) {
    for (const [index, message] of messages.entries()) {
      const answer = messages[index + 1];
      if (message.author !== 'user' || answer === undefined) continue;
      const call = toolCallsOf(answer)[0];
      const isPayload = call !== undefined && payloadTools.test(call.name);
      const outcome: Outcome =
        call !== undefined
          ? { kind: 'tool-call', name: call.name, arguments: call.arguments }
          : { kind: 'reply', text: textOf(answer), process: 'appointment', step: textOf(answer).slice(0, 24) };
      const sure = 1 - random() ** 2.2 * (isPayload ? 0.25 : 0.7);
      const dtr = isPayload && sure >= servedThresholds.dtr;
      visit(message, role, 'dtr', {
        settled: dtr,
        outcome: isPayload ? outcome : null,
        label: isPayload ? `${call.name}(payload)` : 'prose',
        confidence: sure,
        reason: dtr
          ? 'structure and first words are those of a payload that is always stored or run'
          : 'prose is for the next tier',
        evidence: evidenceOf(isPayload),
      });
      if (dtr) continue;
      const isStep = !isPayload && (call !== undefined || textOf(answer).length < 90);
      const near = isStep ? 1 - random() ** 2 * 0.4 : 0.2 + random() * 0.6;
      const lppm = isStep && near >= servedThresholds.lppm;
      visit(message, role, 'lppm', {
        settled: lppm,
        outcome: isStep ? outcome : null,
        label: isStep ? 'appointment · next step' : 'escalate',
        confidence: near,
        reason: lppm ? 'the step that followed in 37 dialogues like this one' : 'no known process is near enough',
        evidence: [{ what: 'process in force: appointment', weight: 0.61 }],
      });
      if (lppm) continue;
      visit(message, role, 'cet', {
        reason: 'kept what shares words with the question, newest first',
        choices: messages.slice(Math.max(0, index - 6), index + 1).map((one, place) => ({
          id: one.id,
          chosen: place > 1,
          score: 0.2 + place * 0.11,
          tokens: 8 + textOf(one).length,
          reason: place > 1 ? 'near in time' : 'over the budget',
        })),
      });
      visit(message, role, 'imperator', {
        settled: true,
        outcome: isStep || isPayload ? outcome : { kind: 'reply', text: textOf(answer) },
        reason: 'answered by the LLM',
        costUsd: 0.0015 + random() * 0.002,
      });
    }
  }
  return { conversations: moved, decisions, feedback };
}

const scales: Readonly<Record<TierName, number>> = { dtr: 9, lppm: 620, cet: 7800, imperator: 1_400_000 };

function latencyOf(tier: TierName, chance: number): number {
  return scales[tier] * (0.6 + 0.8 * chance + 3 * chance ** 24);
}

function evidenceOf(isPayload: boolean): Evidence[] {
  return isPayload
    ? [
        { what: 'first token is a command or a bracket', weight: 0.82 },
        { what: 'share of punctuation 0.31', weight: 0.44 },
        { what: 'ends like a sentence', weight: -0.05 },
      ]
    : [{ what: 'words of everyday speech', weight: 0.9 }];
}
