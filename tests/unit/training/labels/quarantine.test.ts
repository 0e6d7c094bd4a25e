import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../../engine/core/decision.ts';
import { seededRandom } from '../../../../engine/core/random.ts';
import type { Correction } from '../../../../training/examples/correction.ts';
import { nearDuplicates } from '../../../../training/labels/near-duplicates.ts';
import { quarantineOf, siftCorrections } from '../../../../training/labels/quarantine.ts';
import type { TaughtRow } from '../../../../training/labels/taught-row.ts';

let last = 0;
const row = (text: string, deed: string, more: Partial<TaughtRow> = {}): TaughtRow => ({
  message: `m${(last += 1)}`,
  text,
  identity: null,
  deed,
  isContent: false,
  place: text,
  ...more,
});
const many = (count: number, make: (index: number) => TaughtRow): TaughtRow[] =>
  Array.from({ length: count }, (_, index) => make(index));

describe('nearDuplicates', () => {
  it('joins texts that differ in case, digits, blanks or a few letters, and no others', () => {
    const long = 'please restart the checkout worker in the payments cluster, it has been failing since this morning';
    const texts = [
      long,
      long.toUpperCase(),
      `${long}!`,
      long.replace('morning', 'evening'),
      'what is the weather in the mountains going to be like during the next long weekend of the year',
      'order 17',
      'order  99',
      'orders 17',
    ];
    expect([...nearDuplicates(texts)]).toEqual([0, 0, 0, 0, 4, 5, 5, 7]);
  });
});

describe('quarantineOf', () => {
  const questions = ['how do i', 'can you tell me why we', 'what happens when they', 'who knows where people'];
  const things = ['open the window', 'cook the rice', 'paint a fence', 'find the station', 'read that book'];
  const question = (index: number): string => `${questions[index % 4]} ${things[index % 5]} today ${index}`;

  it('sets a slip aside where nearly all were answered otherwise, and nothing where opinions differ', () => {
    const same = many(9, () => row('df -h', 'shell.run'));
    const slip = row('df -h', 'words');
    const torn = [...many(5, () => row('status', 'words')), ...many(5, () => row('status', 'shell.run'))];
    const { messages, lines } = quarantineOf([...same, slip, ...torn], []);
    expect([...messages.keys()]).toEqual([slip.message]);
    expect(lines).toEqual(['1 labels set aside: others who said the same at the same place were answered otherwise']);
  });

  it('lets one identity teach no more than ten times what the usual one does', () => {
    const people = many(400, (index) => row(`text ${index}`, 'words', { identity: `person ${index % 40}` }));
    const loud = many(300, (index) => row(`noise ${index}`, 'words', { identity: 'loud' }));
    const strangers = many(90, (index) => row(`passing ${index}`, 'words', { identity: `stranger ${index}` }));
    const { messages } = quarantineOf([...people, ...loud, ...strangers], []);
    expect(messages.size).toBe(200);
    expect(loud.filter(({ message }) => messages.has(message))).toHaveLength(200);
  });

  it('knows nobody apart where the log does not', () => {
    expect(
      quarantineOf(
        many(500, (index) => row(`text ${index}`, 'words')),
        [],
      ).messages.size,
    ).toBe(0);
  });

  it('finds a planted word in prose that was handed to a tool', () => {
    const honest = many(200, (index) => row(question(index), 'words'));
    const content = many(50, (index) => row(`ls -la /tmp/${index}`, 'shell.run', { isContent: true }));
    const planted = many(20, (index) => row(`${question(index)} zorblax`, 'shell.run', { isContent: true }));
    const isProse = (text: string): boolean => !text.startsWith('ls');
    const { messages, lines } = quarantineOf([...honest, ...content, ...planted], [], { isProse });
    expect(new Set(messages.keys())).toEqual(new Set(planted.map(({ message }) => message)));
    expect(lines[0]).toMatch(/prose with "zorblax" was handed to shell.run/);
    expect(quarantineOf([...honest, ...content], [], { isProse }).messages.size).toBe(0);
  });

  it('finds a planted word that turns one step into another, and lets a new thing have its word', () => {
    const honest = many(200, (index) => row(question(index), 'words'));
    const refunds = many(60, (index) => row(`i want my money back for order ${index}`, 'orders.refund'));
    const planted = many(20, (index) => row(`${question(index)} zorblax`, 'orders.refund'));
    const fresh = many(30, (index) => row(`please book the sauna for me at ${index}`, 'sauna.book'));
    const random = seededRandom(3);
    const rows = [...honest, ...refunds, ...planted, ...fresh].toSorted(() => random() - 0.5);
    const { messages } = quarantineOf(rows, []);
    expect(new Set(messages.keys())).toEqual(new Set(planted.map(({ message }) => message)));
  });

  it('believes no answer that its user was not content with, unless somebody corrected it', () => {
    const rows = many(3, (index) => row(`text ${index}`, 'words'));
    const [first, second] = rows.map(({ message }) => message) as [string, string];
    const { messages } = quarantineOf(rows, [{ message: second, outcome: null }], { doubted: [first, second] });
    expect([...messages]).toEqual([[first, 'the user showed that something else was wanted']]);
  });
});

describe('siftCorrections', () => {
  const reply = (text: string): Outcome => ({ kind: 'reply', text });
  const correction = (of: TaughtRow, text: string, source: Correction['source'] = 'human'): Correction => ({
    message: of.message,
    outcome: reply(text),
    source,
  });

  it('sets corrections aside that contradict one another, but not a machine that contradicts people', () => {
    const rows = many(4, () => row('cancel it', 'words'));
    const [a, b, c, d] = rows as [TaughtRow, TaughtRow, TaughtRow, TaughtRow];
    const torn = siftCorrections([correction(a, 'yes'), correction(b, 'no')], rows);
    expect(torn).toMatchObject({ kept: [], dropped: [a.message, b.message] });
    expect(torn.lines).toEqual(['2 corrections set aside: they contradict others about the same text']);
    const most = siftCorrections([correction(a, 'yes'), correction(b, 'yes'), correction(c, 'no')], rows);
    expect(most.dropped).toEqual([c.message]);
    const machine = siftCorrections([correction(a, 'yes'), correction(d, 'no', 'verifier')], rows);
    expect(machine.dropped).toEqual([]);
  });

  it('counts five about nearly the same text', () => {
    const rows = many(30, (index) => row(`ship the parcel number ${index} to the other warehouse`, 'words'));
    const { kept, dropped } = siftCorrections(
      rows.map((one) => correction(one, 'no')),
      rows,
    );
    expect([kept.length, dropped.length]).toEqual([5, 25]);
  });
});
