import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonDepth, parseJsonBody } from '../../../mads/grace/gateway/json-body.ts';

const depthOf = (value: unknown): number =>
  value === null || typeof value !== 'object' ? 0 : 1 + Math.max(0, ...Object.values(value).map(depthOf));

describe('jsonDepth', () => {
  it('is the nesting of the parsed value, whatever stands in its strings', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 8 }),
        (value) => jsonDepth(Buffer.from(JSON.stringify(value)), 99) === depthOf(value),
      ),
    );
  });

  it('stops at the limit, however long the body', () => {
    const body = Buffer.from('['.repeat(5_000_000));
    const started = performance.now();
    expect(jsonDepth(body, 64)).toBe(65);
    expect(performance.now() - started).toBeLessThan(20);
  });
});

describe('parseJsonBody', () => {
  it('takes 64 levels and refuses 65', () => {
    const nested = (levels: number): Buffer => Buffer.from('['.repeat(levels) + ']'.repeat(levels));
    expect(parseJsonBody(nested(64))).toBeInstanceOf(Array);
    expect(() => parseJsonBody(nested(65))).toThrow('64 levels');
  });
});
