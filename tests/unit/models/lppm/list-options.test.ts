import { expect, it } from 'vitest';
import type { DialogueTurn } from '../../../../models/lppm/example.ts';
import { ArgumentFiller, type ToolProfiles } from '../../../../models/lppm/values/filler.ts';

const lists = [
  ['red', 'blue'],
  ['green', 'white'],
];

/** A second search of the same desk takes the colours of the first one. */
function dialogueOf(list: readonly string[]): DialogueTurn[] {
  return [
    { speaker: 'user', text: 'show me what you have', step: null, values: null },
    { speaker: 'action', text: 'desk.search', step: 'call:desk.search', values: { colours: list } },
    { speaker: 'result', text: '{"found": 0}', step: null, values: { found: 0 } },
    { speaker: 'user', text: 'try that again please', step: null, values: null },
  ];
}

it('knows a list among the options of an argument by its content, also after it was stored and read', () => {
  const calls = Array.from({ length: 40 }, (_, index) => {
    const list = lists[index % lists.length] ?? [];
    return { turns: dialogueOf(list), tool: 'desk.search', arguments: { colours: list } };
  });
  const learned = ArgumentFiller.learn(calls, 1);
  const read = new ArgumentFiller(
    {
      profiles: JSON.parse(JSON.stringify(learned.profiles)) as ToolProfiles,
      tagger: learned.tagger,
      day: learned.day,
    },
    learned.ranker,
  );
  for (const list of lists) {
    const filled = read.fill(dialogueOf(list), 'desk.search');
    expect(filled.values.colours?.value).toEqual(list);
    expect(filled).toEqual(learned.fill(dialogueOf(list), 'desk.search'));
  }
});
