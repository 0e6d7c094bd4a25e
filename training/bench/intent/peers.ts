import type { Called, IntentData } from './data.ts';
import { outOfScope } from './data.ts';
import { intentFigures } from './figures.ts';
import { textPeers, type LabelledText } from '../peers/labelled-texts.ts';
import type { BenchRecord } from '../records.ts';
import type { BenchOptions } from '../report.ts';

/** Public packages on the same split, each tuned on val; see `textPeers`. */
export async function intentPeers(
  data: IntentData,
  test: readonly BenchRecord[],
  options: BenchOptions,
): Promise<Record<string, unknown>> {
  const parts = [data.val, data.strangers, test];
  const peers = await textPeers(
    data.train.map(plain),
    parts.map((rows) => rows.map(plain)),
    {
      outOfScope,
      letters: true,
      missing: (note) => options.progress({ stage: 'bench intent', done: 0, total: null, note }),
    },
  );
  const figures: Record<string, unknown> = {};
  for (const [peer, { answers, ...cost }] of Object.entries(peers)) {
    const [val, strangers, called] = answers.map((rows, part) => judged(rows, parts[part] as readonly BenchRecord[]));
    figures[peer] = { ...cost, ...intentFigures(val ?? [], strangers ?? [], called ?? [], options.delta) };
  }
  return figures;
}

function plain({ text, label }: BenchRecord): LabelledText {
  return { text: String(text), label: String(label) };
}

function judged(answers: readonly (readonly [string, number])[], rows: readonly BenchRecord[]): Called[] {
  return rows.map(({ label }, row) => {
    const [given, confidence] = answers[row] ?? ['', 0];
    const inScope = label !== outOfScope;
    return { confidence, escalate: 1 - confidence, correct: given === label, inScope, settles: true };
  });
}
