import { describe, expect, it } from 'vitest';
import { mermaidOf } from '../../../../datasets/processes/mermaid.ts';
import { compareProcesses } from '../../../../datasets/processes/process-diff.ts';
import type { Process } from '../../../../engine/core/process.ts';
import { mined, refund } from '../../../support/mined.ts';

describe('mermaidOf', () => {
  it('draws each step in the shape of its kind, with conditions and numbers on the edges', () => {
    const lines = mermaidOf(refund, mined(refund).edges).split('\n');
    expect(lines[0]).toBe('flowchart TD');
    expect(lines).toContain('  s0[/"ask: Which order is it?"/]');
    expect(lines).toContain('  s1[["find: orders.find(order)"]]');
    expect(lines).toContain('  s1 -->|"find.status = #quot;found#quot; · 20"| s2');
    expect(lines).toContain('  s3(["done: You get {find.amount} back."])');
    expect(lines).toHaveLength(1 + refund.steps.length + refund.edges.length);
  });
});

describe('compareProcesses', () => {
  it('finds nothing between equal definitions, whatever the order of their keys', () => {
    const turned = JSON.parse(JSON.stringify(refund), (_key, value: unknown) =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).toReversed())
        : value,
    ) as Process;
    expect(compareProcesses(refund, turned)).toEqual([]);
  });

  it('names what came, went and changed', () => {
    const [ask, ...others] = refund.steps;
    const after: Process = {
      ...refund,
      steps: [{ ...ask, text: 'Which one?' } as never, ...others.slice(0, 1), ...others.slice(2)],
      edges: [...refund.edges.slice(0, 1), { from: 'find', to: 'done' }],
    };
    expect(
      compareProcesses(refund, after).map(({ what, where, before, after: now }) => [
        what,
        where,
        before !== undefined,
        now !== undefined,
      ]),
    ).toEqual([
      ['step', 'ask', true, true],
      ['step', 'refund', true, false],
      ['edge', 'find → refund when find.status = "found"', true, false],
      ['edge', 'refund → done', true, false],
    ]);
  });
});
