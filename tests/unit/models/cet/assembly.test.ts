import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble, type Piece } from '../../../../models/cet/assembly.ts';

function piece(
  id: string,
  score: number,
  more: Partial<Omit<Piece, 'candidate'>> & { text?: string; tokens?: number } = {},
): Piece {
  const { text = `text of ${id}`, tokens = 10, group = null, priority = 0 } = more;
  return { candidate: { id, text, kind: 'turn', speaker: 'a', time: null, tokens }, score, group, priority };
}

const ids = (assembly: ReturnType<typeof assemble>): string[] => assembly.chosen.map(({ candidate }) => candidate.id);

const pieces = fc.array(
  fc.record({
    score: fc.double({ min: -5, max: 5, noNaN: true }),
    tokens: fc.integer({ min: 0, max: 400 }),
    group: fc.option(fc.constantFrom('g1', 'g2', 'g3')),
    priority: fc.constantFrom(0 as const, 0 as const, 1 as const, 2 as const),
    text: fc.constantFrom('yes', 'no', 'maybe', ''),
  }),
  { maxLength: 40 },
);
const made = pieces.map((list) => list.map(({ score, ...more }, place) => piece(`p${place}`, score, more)));

describe('assemble', () => {
  it('buys by price where it is told that scores are log-odds', () => {
    const list = [
      piece('long', 2, { tokens: 90 }),
      piece('short', 1, { tokens: 10 }),
      piece('other', 1, { tokens: 30 }),
    ];
    expect(ids(assemble(list, 100))).toEqual(['long', 'short']);
    expect(ids(assemble(list, 100, { byPrice: true }))).toEqual(['short', 'other']);
  });
  it('never exceeds the budget, whatever it is given', () => {
    fc.assert(
      fc.property(made, fc.integer({ min: 0, max: 2000 }), (list, budget) => {
        const assembly = assemble(list, budget);
        const sum = assembly.chosen.reduce((total, { tokens }) => total + tokens, 0);
        expect(assembly.tokens).toBe(sum);
        expect(sum).toBeLessThanOrEqual(budget);
      }),
    );
  });
  it('keeps the order of the conversation, names every piece, and keeps groups whole', () => {
    fc.assert(
      fc.property(made, fc.integer({ min: 0, max: 2000 }), (list, budget) => {
        const assembly = assemble(list, budget);
        const places = assembly.chosen.map(({ candidate }) => Number(candidate.id.slice(1)));
        expect(places).toEqual(places.toSorted((a, b) => a - b));
        expect(assembly.choices.map(({ id }) => id)).toEqual(list.map(({ candidate }) => candidate.id));
        expect(assembly.choices.every(({ reason }) => reason !== '')).toBe(true);
        for (const group of ['g1', 'g2', 'g3']) {
          const members = assembly.choices.filter((_, place) => list[place]!.group === group);
          expect(new Set(members.map(({ chosen }) => chosen)).size).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
  it('takes the most useful pieces and gives them in time order', () => {
    expect(ids(assemble([piece('a', 1), piece('b', 3), piece('c', 2)], 20))).toEqual(['b', 'c']);
  });
  it('puts system text and the newest turns in first', () => {
    const list = [
      piece('s', -9, { priority: 2 }),
      piece('a', 5),
      piece('m', -3, { priority: 1 }),
      piece('n', -3, { priority: 1 }),
    ];
    expect(ids(assemble(list, 20))).toEqual(['s', 'n']);
    expect(ids(assemble(list, 40))).toEqual(['s', 'a', 'm', 'n']);
  });
  it('drops what is said twice, keeping the newest', () => {
    const assembly = assemble([piece('a', 5, { text: 'same' }), piece('b', 1, { text: 'same ' })], 100);
    expect(ids(assembly)).toEqual(['b']);
    expect(assembly.choices[0]?.reason).toBe('says the same as b');
  });
  it('keeps a call and its result together or leaves both out', () => {
    const list = [piece('call', 5, { group: 'g' }), piece('result', 0, { group: 'g', tokens: 50 }), piece('x', 1)];
    expect(ids(assemble(list, 59))).toEqual(['x']);
    expect(ids(assemble(list, 60))).toEqual(['call', 'result']);
  });
  it('passes over a piece larger than the budget and says so', () => {
    const assembly = assemble([piece('huge', 9, { tokens: 5000 }), piece('a', 1)], 100);
    expect(ids(assembly)).toEqual(['a']);
    expect(assembly.choices[0]?.reason).toContain('larger than the whole budget of 100 tokens');
  });
  it('says what 500 tokens more would bring in', () => {
    const list = [piece('a', 3, { tokens: 90 }), piece('b', 2, { tokens: 400 }), piece('c', 1, { tokens: 300 })];
    const assembly = assemble(list, 100);
    expect([ids(assembly), assembly.next]).toEqual([['a'], ['b']]);
    expect(assembly.choices[1]?.reason).toContain('in with 500 tokens more');
  });
  it('gives nothing for no pieces or no budget', () => {
    expect(assemble([], 100)).toMatchObject({ chosen: [], choices: [], tokens: 0, next: [] });
    expect(assemble([piece('a', 1)], 0).chosen).toEqual([]);
  });
});
