import type { Outcome } from '../../engine/core/decision.ts';
import { textOf } from '../../engine/core/message.ts';
import { destinationKey } from '../../engine/core/destination.ts';
import type { AnsweredTurn } from './answered-turn.ts';
import { bareText, comparable, fold, stableText } from './comparable.ts';
import { destinationOf, type PayloadTool } from './payload-tools.ts';

/** True where a proposal is what the assistant did in that turn: the same call with the same values, or the same words. */
export function isSameDeed(
  proposal: Outcome,
  turn: AnsweredTurn,
  payloadTools: ReadonlyMap<string, PayloadTool>,
): boolean {
  if (proposal.kind === 'reply') {
    const words = fold(textOf(turn.answer));
    return turn.call === null && words !== '' && words === fold(proposal.text);
  }
  if (proposal.kind !== 'tool-call' || turn.call === null || turn.call.name !== proposal.name) return false;
  const payload = payloadTools.get(proposal.name);
  if (payload === undefined)
    return stableText(comparable(proposal.arguments)) === stableText(comparable(turn.call.arguments));
  const done = destinationOf(turn.call, payload);
  const proposed = destinationOf({ ...turn.call, arguments: proposal.arguments }, payload);
  if (done === null || proposed === null || destinationKey(done) !== destinationKey(proposed)) return false;
  return bareText(turn.call.arguments[payload.argument] ?? '') === bareText(proposal.arguments[payload.argument] ?? '');
}
