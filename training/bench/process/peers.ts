import { escalateStep, type DialogueTurn, type LppmInput } from '../../../models/lppm/example.ts';
import { tokenize } from '../../../models/text/ngrams.ts';
import { areaUnderRoc } from '../../../models/calibration.ts';
import { coverageFigures, labelFigures, type Judged } from '../coverage.ts';
import { textPeers } from '../peers/labelled-texts.ts';
import type { ProcessExample } from './data.ts';
import type { BenchOptions } from '../report.ts';

/** User turns before the last turn whose words are told, and moves of ours. */
const told = { users: 2, moves: 3, words: 60 } as const;

/**
 * Public packages on the next step, each tuned on val: they read the dialogue as one line of words, those of earlier turns
 * and our moves marked as such.
 */
export async function processPeers(
  train: readonly ProcessExample[],
  val: readonly ProcessExample[],
  test: readonly ProcessExample[],
  chooseShare: number,
  { delta, progress }: BenchOptions,
): Promise<Record<string, unknown>> {
  const rowsOf = (examples: readonly ProcessExample[]) =>
    examples.map(({ input, step }) => ({ text: dialogueText(input), label: step }));
  const peers = await textPeers(rowsOf(train), [rowsOf(val), rowsOf(test)], {
    outOfScope: '',
    letters: false,
    missing: (note) => progress({ stage: 'bench process', done: 0, total: null, note }),
  });
  const figures: Record<string, unknown> = {};
  for (const [peer, { answers, ...cost }] of Object.entries(peers)) {
    const [ownVal = [], ownTest = []] = answers;
    const labels = test.map(({ step }, row) => ({ truth: step, predicted: ownTest[row]?.[0] ?? '' }));
    const escalates = test.map(({ step }, row) => {
      const [given = '', share = 0] = ownTest[row] ?? [];
      return { score: given === escalateStep ? share : -share, positive: step === escalateStep };
    });
    figures[peer] = {
      ...cost,
      ...labelFigures(labels),
      ...(escalates.some(({ positive }) => positive) ? { escalate: { auroc: areaUnderRoc(escalates) } } : {}),
      coverageAt: coverageFigures(judged(val, ownVal), judged(test, ownTest), delta, chooseShare),
    };
  }
  return figures;
}

function judged(examples: readonly ProcessExample[], answers: readonly (readonly [string, number])[]): Judged[] {
  return examples.map(({ step }, row) => {
    const [given = '', confidence = 0] = answers[row] ?? [];
    return { confidence, correct: given === step, settles: given !== escalateStep };
  });
}

/** The dialogue as one line: words of the last turn as they are, earlier ones and moves with a mark in front. */
export function dialogueText({ turns }: LppmInput): string {
  const last = turns.at(-1);
  if (last === undefined) return '';
  const before = turns.slice(0, -1);
  const users = before.filter(({ speaker }) => speaker === 'user').slice(-told.users);
  const moves = before.concat(last).filter(({ speaker, step }) => step !== null && speaker !== 'user');
  const named = moves
    .slice(-told.moves)
    .map(({ step }, place, all) => joined(`did ${all.length - place} ${step ?? ''}`));
  return [
    `spoke${last.speaker}`,
    ...named,
    ...wordsOf(last),
    ...users.flatMap((turn, place) => wordsOf(turn).map((word) => joined(`before ${users.length - place} ${word}`))),
  ].join(' ');
}

function wordsOf({ speaker, text, values }: DialogueTurn): string[] {
  if (speaker !== 'result') return tokenize(text, told.words);
  return tokenize(
    `${text} ${Object.entries(values ?? {})
      .flat()
      .join(' ')}`,
    told.words,
  );
}

/** One word for every package, however it cuts words: letters alone. */
function joined(text: string): string {
  return text.replaceAll(/\d/g, (digit) => String.fromCodePoint(97 + Number(digit))).replaceAll(/[^\p{L}]/gu, 'x');
}
