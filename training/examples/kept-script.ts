import type { LppmModel } from '../../models/lppm/model.ts';
import type { AnsweredTurn } from './answered-turn.ts';
import { lppmExamples, lppmTurns } from './lppm-examples.ts';
import type { PayloadTool } from './payload-tools.ts';

/** Whether a step was right for a message although the assistant took another step of the same script. */
export type KeptScript = (message: string, step: string) => boolean;

/**
 * Judges proposals by the order of questions that the mapper learned, beside what the assistant did: whoever asks the
 * next question keeps to the script, even where the assistant skipped it. Where the assistant left the script, nothing
 * counts but what it did. A mapper that follows no order allows nothing.
 */
export function keptScript(
  turns: readonly AnsweredTurn[],
  payloadTools: ReadonlyMap<string, PayloadTool>,
  lppm: LppmModel | null,
): KeptScript {
  if (lppm === null || !lppm.followsOrder) return () => false;
  const examples = lppmExamples(turns, payloadTools);
  const byMessage = new Map(
    lppmTurns(turns, payloadTools).map((turn, place) => [
      turn.message.id,
      examples[place] as (typeof examples)[number],
    ]),
  );
  return (message, step) => {
    const example = byMessage.get(message);
    return example !== undefined && lppm.allows(example, step);
  };
}
