import { Draw } from '../../datasets/sample/draw.ts';
import { openQuestion } from '../../datasets/sample/open-talk.ts';
import { scenarios } from '../../datasets/sample/processes/scenarios.ts';
import { escalateStep, type LppmExample } from '../../models/lppm/example.ts';

/** First messages of the sample desk: what ten processes begin with, and as many that begin none. */
export function openingDesk(seed: number, perProcess: number): LppmExample[] {
  const draw = new Draw(seed);
  const example = (text: string, process: string | null, place: string): LppmExample => ({
    input: { turns: [{ speaker: 'user', text, step: null, values: null }] },
    process,
    step: process ?? escalateStep,
    action: process === null ? { kind: 'escalate' } : { kind: 'reply', text: `Let us begin with ${process}.` },
    conversation: `opening-${seed}-${place}`,
  });
  return [null, ...scenarios].flatMap((scenario, number) =>
    draw.list(perProcess, (at) => {
      if (scenario === null) return example(openQuestion(draw), null, `${number}-${at}`);
      const values = scenario.fields.map(({ slot, value }) => [slot, String(value(draw))]);
      const text = draw.phrase(draw.pick(scenario.openings), Object.fromEntries(values) as Record<string, string>);
      return example(text, scenario.process.name, `${number}-${at}`);
    }),
  );
}
