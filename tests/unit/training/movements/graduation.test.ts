import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConversationLog } from '../../../../datasets/log/conversation-log.ts';
import type { Conversation } from '../../../../engine/core/conversation.ts';
import { ManualClock, sequentialIds } from '../../../../engine/core/clock.ts';
import type { Decision, Outcome } from '../../../../engine/core/decision.ts';
import type { Message, Part } from '../../../../engine/core/message.ts';
import type { Turn } from '../../../../engine/core/turn.ts';
import { GraduatedRoutes, routeKey, type GraduatedRoute } from '../../../../engine/tiers/graduated-routes.ts';
import { graduate, Graduation, nobodyGraduated } from '../../../../training/movements/graduation.ts';
import { decisionFixture, temporaryFolder } from '../../../support/log-fixture.ts';

const call = (name: string, given: Record<string, unknown> = {}): Outcome => ({
  kind: 'tool-call',
  name,
  arguments: given,
});
const folder = temporaryFolder();
let log: ConversationLog;
let made = 0;

/** One question and what was done about it. */
function asked(text: string, answer: Outcome, person = 'user'): Conversation {
  const conversation = `c${(made += 1)}`;
  const message = (author: Message['author'], parts: readonly Part[], at: number): Message => ({
    id: `${conversation}-${at}`,
    conversation,
    author,
    sender: author === 'user' ? person : author,
    recipient: 'desk',
    time: made * 1000 + at,
    parts,
  });
  const did: Part =
    answer.kind === 'tool-call'
      ? { ...answer, kind: 'tool-call', id: `call-${made}`, provenance: 'model' }
      : { kind: 'text', text: answer.text, provenance: 'model' };
  const said: Part = { kind: 'text', text, provenance: 'caller' };
  return {
    id: conversation,
    role: 'desk',
    split: null,
    tools: [],
    messages: [message('user', [said], 0), message('assistant', [did], 1)],
  };
}
const many = (n: number, text: string, answer: Outcome, person?: string): Conversation[] =>
  Array.from({ length: n }, () => asked(text, answer, person));
/** The process mapper settles a message; what it does is no label. */
async function mapped(text: string, outcome: Outcome): Promise<Decision> {
  const [conversation] = many(1, text, outcome) as [Conversation];
  await log.importConversations([conversation]);
  const row = decisionFixture(`d${made}`, { message: conversation.messages[0]?.id ?? '', settled: true });
  const decision = {
    ...row,
    conversation: conversation.id,
    role: 'desk',
    tier: 'lppm' as const,
    outcome,
    shadow: false,
  };
  log.record([decision]);
  return decision;
}

let routes: readonly GraduatedRoute[] = [];
const clock = new ManualClock(5_000_000);
const graduation = (state = nobodyGraduated) =>
  new Graduation(
    {
      queries: log.queries,
      settings: { alpha: 0.05, delta: 0.1 },
      clock,
      ids: sequentialIds(),
      processes: async () => [],
      serving: async () => null,
      hold: () => undefined,
      load: (earned) => (routes = earned),
    },
    state,
  );
const turn = (text: string, over: Partial<Message> = {}, history: readonly Message[] = []): Turn => ({
  message: { ...(asked(text, call('x')).messages[0] as Message), ...over },
  history,
  role: 'desk',
  tools: [{ name: 'parcel.status', parameters: { type: 'object' } }],
});

beforeAll(async () => {
  log = await ConversationLog.open({ dataDir: folder.path });
  await log.importConversations([
    ...many(120, 'Where is my parcel?', call('parcel.status', { of: 'me' })),
    ...many(20, 'where is  my parcel', call('parcel.status', { of: 'me' })),
    ...many(140, 'Hello', call('greet')),
    ...many(100, 'cancel it', call('order.cancel')),
    ...many(20, 'cancel it', call('order.keep')),
    ...many(30, 'rarely said', call('rare')),
    ...many(300, 'my bills', call('bills', { of: 'ann' }), 'ann'),
    ...many(1, 'my bills', call('bills', { of: 'ben' }), 'ben'),
    ...many(140, 'the usual', call('order.again', { id: 'A7' })),
    ...many(20, 'the usual', call('order.again', { id: 'A8' })),
    ...many(140, 'tell me a story', { kind: 'reply', text: 'Once upon a time' }),
  ]);
  for (let index = 0; index < 4; index += 1) {
    await mapped('where is my parcel', {
      ...call('parcel.status', { of: 'me' }),
      process: 'parcel',
      step: 'look',
    } as Outcome);
    await mapped('cancel it', call('order.cancel'));
    await mapped('rarely said', call('rare'));
    await mapped('my bills', call('bills', { of: 'ann' }));
    await mapped('the usual', call('order.again'));
    await mapped('tell me a story', { kind: 'reply', text: 'Once upon a time', process: 'p', step: 's' });
  }
  await log.flush();
});
afterAll(async () => {
  await log.close();
  folder.remove();
});

describe('graduation to the tree router', () => {
  it('takes what always meant the same, is proved on labels, and is settled so by the process mapper', async () => {
    const keeper = graduation();
    await keeper.look(['desk']);
    expect(routes.map(({ text, rows, errors }) => ({ text, rows, errors }))).toEqual([
      { text: 'where is my parcel', rows: 140, errors: 0 },
    ]);
    expect(routes[0]?.errorUpper).toBeLessThan(0.05);
    expect(keeper.moved()).toMatchObject([{ kind: 'graduated', from: 'lppm', to: 'dtr', time: 5_000_000, rows: 140 }]);
    await keeper.look(['desk']);
    expect(keeper.moved()).toHaveLength(1);
  });

  it('settles those words where they stood, for the caller alone, with a tool that is offered', async () => {
    const tier = new GraduatedRoutes(routes).around('desk', null);
    const consider = (given: Turn) => tier?.consider(given);
    expect(await consider(turn('WHERE is my parcel ?!'))).toMatchObject({
      settled: true,
      tier: 'dtr',
      outcome: { name: 'parcel.status', arguments: { of: 'me' } },
    });
    const parts: Part[] = [{ kind: 'text', text: 'where is my parcel', provenance: 'tool' }];
    const before = asked('x', { kind: 'reply', text: 'Which parcel?' }).messages;
    for (const other of [
      turn('where is my parcel now'),
      turn('where is my parcel', { parts }),
      turn('where is my parcel', { author: 'tool' }),
      turn('where is my parcel', {}, before),
      { ...turn('where is my parcel'), tools: [] },
    ]) {
      expect(await consider(other)).toMatchObject({ settled: false });
    }
    expect(new GraduatedRoutes(routes).around('other', null)).toBeNull();
    expect(routeKey('yes', { author: 'tool', text: 'ok' })).toBeNull();
  });

  it('demotes what a person calls wrong, and what breaks its bound', async () => {
    const keeper = graduation();
    await keeper.look(['desk']);
    const wrong = await mapped('where is my parcel', call('parcel.status', { of: 'me' }));
    await log.addFeedback({ message: wrong.message, outcome: call('parcel.lost'), source: 'human' });
    await log.flush();
    await keeper.look(['desk']);
    expect(routes).toEqual([]);
    expect(keeper.moved()[0]).toMatchObject({ kind: 'demoted', to: 'lppm', errors: 1 });
    const other = graduation({ routes: [{ ...(await earned()) }], moved: [] });
    expect(routes).toHaveLength(1);
    await other.look(['desk']);
    expect(other.moved()).toMatchObject([{ kind: 'demoted', what: '“cancel it” → order.cancel' }]);
  });
});

describe('a wording that is one of many', () => {
  it('is read with everything that it ever meant, or not at all', async () => {
    const role = 'busy';
    const text = 'refund the last one';
    const of = (conversation: Conversation): Conversation => ({ ...conversation, role });
    const rare = Array.from({ length: 60 }, (_, index) => asked(text, call('refund', { order: `O${index}` })));
    await log.importConversations(
      [...many(200, 'Refund the last one!', call('refund')), ...many(400, 'hello', call('greet')), ...rare].map(of),
    );
    const told = rare[59]?.messages[0]?.id ?? '';
    await log.addFeedback({ message: told, outcome: call('refund.ask'), source: 'human' });
    await log.flush();
    const counts = (rows: Awaited<ReturnType<typeof log.queries.repeatedWordings>>) =>
      rows.reduce((sum, { labelled }) => sum + labelled, 0);
    // the one that a person spoke of comes first, however rare
    const one = await log.queries.repeatedWordings(role, 1);
    expect(one.every((row) => row.text.toLowerCase().startsWith('refund'))).toBe(true);
    expect(counts(one)).toBe(260);
    expect(one.filter(({ human }) => human > 0)).toMatchObject([{ labelled: 1, deed: '' }]);
    // of 60 other deeds 50 are told apart with the usual one
    expect(one.length).toBeLessThan(60);
    expect(counts(await log.queries.repeatedWordings(role, 2))).toBe(660);
  });
});

describe('a word of a person', () => {
  it('demotes what it only calls wrong', async () => {
    const before = await log.queries.repeatedWordings('desk');
    const wrong = await mapped('hello', call('greet'));
    await log.addFeedback({ message: wrong.message, correct: false, source: 'human' });
    await log.flush();
    expect((await log.queries.repeatedWordings('desk')).length).toBe(before.length + 1);
    const settled = [{ text: 'hello', outcome: JSON.stringify(call('greet')), times: 9 }];
    const settings = { role: 'desk', alpha: 0.05, delta: 0.1 };
    const { routes: earlier } = graduate([], before, settled, settings);
    expect(earlier).toMatchObject([{ text: 'hello' }]);
    const { moves } = graduate(earlier, await log.queries.repeatedWordings('desk'), settled, settings);
    expect(moves).toMatchObject([{ kind: 'demoted', why: 'a person said that it means something else' }]);
  });

  it.each([
    [115, 0],
    [116, 1],
  ])('takes as many labels as prove it however often one looks: of %d come %d routes', (labelled, count) => {
    const text = 'where is my parcel';
    const deed = JSON.stringify([{ kind: 'tool-call', name: 'parcel.status', arguments: {}, provenance: 'model' }]);
    const row = { text, beforeAuthor: null, beforeText: null, persons: ['ann', 'ben'] as const, deed };
    const settled = [{ text, outcome: JSON.stringify(call('parcel.status')), times: 9 }];
    const settings = { role: 'desk', alpha: 0.05, delta: 0.1 };
    const known = [{ ...row, corrected: null, labelled, human: 0 }];
    expect(graduate([], known, settled, settings).routes).toHaveLength(count);
  });

  it('demotes alone, however much speaks for the route', () => {
    const text = 'where is my parcel';
    const row = { text, beforeAuthor: null, beforeText: null, persons: ['ann', 'ben'] as const };
    const deed = JSON.stringify([{ kind: 'tool-call', name: 'parcel.status', arguments: {}, provenance: 'model' }]);
    const settled = [{ text, outcome: JSON.stringify(call('parcel.status')), times: 9 }];
    const known = [{ ...row, deed, corrected: null, labelled: 5000, human: 0 }];
    const settings = { role: 'desk', alpha: 0.05, delta: 0.1 };
    const { routes: before, moves } = graduate([], known, settled, settings);
    expect(moves).toMatchObject([{ kind: 'graduated' }]);
    expect(graduate(before, known, settled, settings)).toEqual({ routes: before, moves: [] });
    const told = { ...row, deed: '', corrected: JSON.stringify(call('parcel.lost')), labelled: 1, human: 1 };
    const after = graduate(before, [...known, told], settled, settings);
    expect(after).toMatchObject({ routes: [], moves: [{ kind: 'demoted', errors: 1, rows: 5001 }] });
    expect(after.moves[0]?.errorUpper).toBeLessThan(0.05);
  });
});

/** A route for what is kept in a sixth of all cases. */
const earned = async (): Promise<GraduatedRoute> => ({
  role: 'desk',
  key: routeKey('cancel it', null) ?? '',
  text: 'cancel it',
  outcome: call('order.cancel'),
  rows: 100,
  errors: 0,
  errorUpper: 0.05,
  alpha: 0.05,
});
