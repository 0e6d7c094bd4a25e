import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../engine/core/decision.ts';
import { destinationKey } from '../../../engine/core/destination.ts';
import type { TierName } from '../../../engine/core/tier-name.ts';
import { answeredTurns } from '../../../training/examples/answered-turn.ts';
import { contextFetch } from '../../../engine/core/context-fetch.ts';
import type { ContextChoice } from '../../../engine/core/decision.ts';
import { contextOutcomes, type ContextOutcome } from '../../../training/examples/context-outcomes.ts';
import { cetExamples } from '../../../training/examples/cet-examples.ts';
import { dtrExamples } from '../../../training/examples/dtr-examples.ts';
import { ownAnswers } from '../../../training/examples/own-answers.ts';
import { findPayloadTools } from '../../../training/examples/payload-tools.ts';
import { isSameDeed } from '../../../training/examples/same-deed.ts';
import { decisionFixture } from '../../support/log-fixture.ts';
import { talk, type Line } from '../../support/talk.ts';

const ran = (command: string): Line[] => [
  ['user', command],
  ['call', 'shell.run', { command }],
];
const desk = [
  talk('c1', [
    ...ran('ls -la'),
    ...ran('df -h'),
    ...ran('du -s *'),
    ['user', 'please run this:\nps aux'],
    ['call', 'shell.run', { command: 'ps aux' }],
  ]),
  talk('c2', [
    ['user', 'a,b\n1,2'],
    ['call', 'files.store', { kind: 'csv', content: 'a,b\n1,2' }],
    ['user', 'c,d\n3,4'],
    ['call', 'files.store', { kind: 'csv', content: 'c,d\n3,4' }],
    ['user', 'e;f\n5;6'],
    ['call', 'files.store', { kind: 'csv', content: 'e;f\n5;6' }],
  ]),
  talk('c3', [
    ['user', 'I am John Smith and need a taxi'],
    ['call', 'taxi.book', { name: 'John Smith' }],
    ['tool', '{"id": 5}'],
    ['assistant', 'Your taxi is on its way.'],
    ['user', 'why is the sky blue?'],
    ['assistant', 'Because of scattering.'],
  ]),
];
const turns = answeredTurns(desk);
const payloadTools = findPayloadTools(turns);

describe('answeredTurns', () => {
  it('pairs each inbound message with what the assistant did next and what stood before', () => {
    expect(turns).toHaveLength(9);
    const last = turns.at(-1);
    expect(last?.history).toHaveLength(4);
    expect(last?.call).toBeNull();
  });

  it('takes results only where asked', () => {
    expect(answeredTurns(desk, { afterResults: true })).toHaveLength(10);
  });
});

describe('findPayloadTools', () => {
  it('finds tools that take messages as they stand, and tells running from storing', () => {
    expect(Object.fromEntries([...payloadTools].map(([name, tool]) => [name, [tool.argument, tool.content]]))).toEqual({
      'shell.run': ['command', 'deterministic'],
      'files.store': ['content', 'fixed'],
    });
  });

  it('takes an answer to a question of the assistant for a value of a process', () => {
    const asked = (parcel: string): Line[] => [
      ['user', 'where is my parcel'],
      ['assistant', 'What is the parcel number?'],
      ['user', parcel],
      ['call', 'parcels.find', { parcel }],
    ];
    const lines = ['PX-1001', 'PX-2002', 'PX-3003', 'PX-4004', 'PX-5005'].flatMap(asked);
    expect(findPayloadTools(answeredTurns([talk('c4', lines)]))).toEqual(new Map());
  });

  it('still takes content for content where the assistant closes every deed with a question', () => {
    const lines = ['ls -la', 'df -h', 'du -s *', 'ps aux', 'uptime'].flatMap((command): Line[] => [
      ...ran(command),
      ['tool', 'ok'],
      ['assistant', 'Done. Anything else?'],
    ]);
    expect([...findPayloadTools(answeredTurns([talk('c5', lines)])).keys()]).toEqual(['shell.run']);
  });
});

describe('dtrExamples', () => {
  const examples = dtrExamples(turns, payloadTools);

  it('labels content by the tool it was handed to, with constants in the destination', () => {
    const csv = examples.find((example) => example.text.startsWith('a,b'));
    expect(csv?.class).toBe('fixed');
    expect(csv?.destination && destinationKey(csv.destination)).toBe('files.store(content){"kind":"csv"}');
  });

  it('keeps what a sentence asked to be run apart from the sentence', () => {
    expect(examples.find((example) => example.text.startsWith('please'))).toMatchObject({
      class: 'deterministic',
      payload: 'ps aux',
    });
  });

  it('calls everything else prose, also where a tool was called with values of the sentence', () => {
    const prose = examples.filter((example) => example.class === 'prose').map((example) => example.text);
    expect(prose).toEqual(['I am John Smith and need a taxi', 'why is the sky blue?']);
  });
});

describe('isSameDeed', () => {
  const [first] = turns;

  it('forgives a fence and trailing blanks of a payload, not another payload', () => {
    if (first === undefined) throw new Error('no turn');
    const propose = (command: string) => ({ kind: 'tool-call', name: 'shell.run', arguments: { command } }) as const;
    expect(isSameDeed(propose('ls -la  '), first, payloadTools)).toBe(true);
    expect(isSameDeed(propose('ls -l'), first, payloadTools)).toBe(false);
    expect(isSameDeed({ kind: 'reply', text: 'ls -la' }, first, payloadTools)).toBe(false);
  });
});

describe('cetExamples', () => {
  it('takes the turns whose values an answer used as evidence', () => {
    const long = talk('c4', [
      ['user', 'my number is 778899'],
      ['assistant', 'Noted.'],
      ['user', 'nice weather'],
      ['assistant', 'Yes indeed.'],
      ['user', 'and the news'],
      ['assistant', 'None so far.'],
      ['user', 'now check my account'],
      ['call', 'account.check', { number: '778899' }],
    ]);
    expect(cetExamples(answeredTurns([long]))).toMatchObject([{ evidence: ['c4-0'] }]);
  });

  const lines: Line[] = [
    ['user', 'my kayak is parked in Bergen'],
    ['assistant', 'Noted.'],
    ['user', 'nice weather'],
    ['assistant', 'Yes indeed.'],
    ['user', 'and the news'],
    ['assistant', 'None so far.'],
    ['user', 'where is my boat?'],
  ];
  const learned = (more: readonly Line[], outcome?: Partial<ContextOutcome>) => {
    const turns = answeredTurns([talk('c6', [...lines, ...more])], { afterResults: true });
    const full: ContextOutcome = { choices: [], fetched: [], correct: null, ...outcome };
    return cetExamples(turns, outcome === undefined ? undefined : new Map([['c6-6', full]])).map(
      ({ evidence, input }) => ({
        evidence,
        pieces: input.candidates.map(({ id }) => id),
      }),
    );
  };
  const choice = (id: string, chosen: boolean, text?: string): ContextChoice => ({
    id,
    chosen,
    score: 0,
    tokens: 5,
    reason: '',
    ...(text === undefined ? {} : { kind: 'document', text }),
  });
  const shown = [0, 1, 2, 3, 5].map((at) => choice(`c6-${at}`, true));
  const answer: Line = ['assistant', 'Your kayak is parked in Bergen.'];

  it('learns from all that was answered to a message, but not from words that a tool brought', () => {
    const [one] = learned([['call', 'look', {}], ['tool', 'nothing new'], answer]);
    expect(one!.evidence).toEqual(['c6-0']);
    expect(learned([['call', 'look', {}], ['tool', 'kayak parked Bergen'], answer])).toEqual([]);
  });
  it('compares only with what the LLM was shown, pieces from outside and what it fetched among them', () => {
    const choices = [
      choice('doc', true, 'harbours of Bergen where a kayak is parked'),
      ...shown,
      choice('c6-4', false),
    ];
    const [one] = learned([answer], { choices });
    expect(one).toEqual({ evidence: ['doc', 'c6-0'], pieces: ['doc', 'c6-0', 'c6-1', 'c6-2', 'c6-3', 'c6-5'] });
    const [fetched] = learned([answer], { choices, fetched: ['c6-4'] });
    expect(fetched!.evidence).toEqual(['doc', 'c6-0', 'c6-4']);
  });
  it('learns nothing from an answer that was called wrong', () => {
    expect(learned([answer], { correct: true })).toHaveLength(1);
    expect(learned([answer], { correct: false })).toEqual([]);
  });
  it('learns what a caller points back to instead of what the answer said', () => {
    const wrong: Line = ['assistant', 'Nice weather for boats.'];
    const back: Line = ['user', 'No, I said that the kayak is parked in Bergen'];
    const [one] = learned([wrong, back, ['assistant', 'Sorry.']], {
      choices: [...shown.slice(1), choice('c6-0', false)],
    });
    expect(one!.evidence).toEqual(['c6-0']);
  });
  it('reads choices, fetches and judgements from the log', () => {
    const conversation = talk('c6', [...lines, ['call', contextFetch, { id: 'c6-0' }], ['tool', 'my kayak'], answer]);
    const rows = [
      { message: 'c6-6', time: 1, tier: 'cet' as const, shadow: false, choices: [choice('old', true)] },
      { message: 'c6-6', time: 2, tier: 'cet' as const, shadow: false, choices: shown },
      { message: 'c6-6', time: 3, tier: 'cet' as const, shadow: true, choices: [choice('shadow', true)] },
    ];
    const words = [
      { message: 'c6-6', correct: false, time: 5 },
      { message: 'c6-6', correct: true, time: 9 },
    ];
    // What was said in another conversation is read there.
    const elsewhere = { ...choice('c7-0', true), kind: 'turn', place: 'conversation, user' };
    const other = talk('c7', [['user', 'a kayak of mine']]);
    const [, found] = contextOutcomes([conversation, other], [{ ...rows[1]!, choices: [elsewhere] }], [])
      .entries()
      .next().value!;
    expect(found.choices).toEqual([{ ...elsewhere, text: 'a kayak of mine' }]);
    expect([...contextOutcomes([conversation], rows, words)]).toEqual([
      ['c6-6', { choices: shown, fetched: ['c6-0'], correct: true }],
    ]);
  });
});

describe('ownAnswers', () => {
  const live = talk('c5', [
    ['user', 'ls'],
    ['call', 'shell.run', { command: 'ls' }],
    ['tool', 'a.txt'],
    ['assistant', 'a.txt'],
    ['user', 'and what does it mean?'],
    ['assistant', 'There is one file.'],
  ]);
  const decided = (message: string, tier: TierName, more: Partial<Decision> = {}): Decision =>
    decisionFixture(`dec_${message}_${tier}`, { message, tier, time: 1, ...more });
  const own = (...decisions: Decision[]): string[] => [...ownAnswers([live], decisions)];

  it('names what a cheap tier answered, with the results of its calls', () => {
    expect(own(decided('c5-0', 'dtr'), decided('c5-4', 'imperator'))).toEqual(['c5-0', 'c5-2']);
  });

  it('leaves alone what nobody decided about, what was passed up and what was only tried beside', () => {
    expect(own()).toEqual([]);
    expect(own(decided('c5-0', 'dtr', { settled: false }), decided('c5-0', 'imperator'))).toEqual([]);
    expect(own(decided('c5-0', 'dtr', { shadow: true }), decided('c5-0', 'imperator'))).toEqual([]);
  });

  it('counts the last word where a message was escalated after all', () => {
    expect(own(decided('c5-0', 'lppm'), decided('c5-0', 'imperator', { time: 2 }))).toEqual([]);
    expect(own(decided('c5-0', 'lppm'), decided('c5-2', 'imperator', { time: 2 }))).toEqual(['c5-0']);
  });
});
