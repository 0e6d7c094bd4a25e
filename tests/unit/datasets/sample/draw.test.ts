import { describe, expect, it } from 'vitest';
import { Draw } from '../../../../datasets/sample/draw.ts';

describe('Draw', () => {
  it('picks one of nested alternatives and leaves braces and bars alone', () => {
    const draw = new Draw(1);
    const seen = new Set(draw.list(200, () => draw.phrase('a«b¦«c¦d»{x}¦» | [e]')));
    expect([...seen].sort()).toEqual(['a | [e]', 'ab | [e]', 'ac{x} | [e]', 'ad{x} | [e]'].sort());
  });

  it('puts given values before words of the vocabulary, and expands entries in turn', () => {
    const draw = new Draw(1);
    expect(draw.phrase('‹day› and ‹thing›', { day: 'today', thing: 'x' })).toBe('today and x');
    expect(draw.phrase('‹person›')).toMatch(/^\w+( \w+)?$/);
    expect(Number(draw.phrase('‹#5›'))).toBeLessThanOrEqual(5);
  });

  it('refuses a list that does not exist', () => {
    expect(() => new Draw(1).phrase('‹nowhere›')).toThrow('nowhere');
  });
});
