import { describe, expect, it } from 'vitest';
import { layoutOf } from '../../../mads/grace/dashboard/page/process-layout.ts';

const size = { boxWidth: 100, boxHeight: 40, gapX: 20, gapY: 30 };
const ways = (...pairs: string[]) => pairs.map((pair) => ({ from: pair[0] ?? '', to: pair[1] ?? '' }));
const layout = (ids: string, ...pairs: string[]) => layoutOf(ids.split(''), ways(...pairs), ids[0] ?? '', size);

describe('layoutOf', () => {
  it('puts each box below all that lead to it, and edges between their borders', () => {
    const { nodes, edges, height } = layout('abcd', 'ab', 'bc', 'ac', 'cd');
    expect(nodes.map(({ y }) => y / 70)).toEqual([0, 1, 2, 3]);
    expect(height).toBe(250);
    for (const [index, way] of ways('ab', 'bc', 'ac', 'cd').entries()) {
      const [from, to] = [way.from, way.to].map((id) => nodes.find((node) => node.id === id));
      expect(edges[index]?.points[0]).toEqual({ x: (from?.x ?? 0) + 50, y: (from?.y ?? 0) + 40 });
      expect(edges[index]?.points.at(-1)).toEqual({ x: (to?.x ?? 0) + 50, y: to?.y });
    }
  });

  it('keeps boxes of a layer apart, and leaves room for an edge that passes', () => {
    const { nodes, edges } = layout('abcde', 'ab', 'ac', 'ad', 'be', 'ce', 'de', 'ae');
    const xs = nodes
      .slice(1, 4)
      .map(({ x }) => x)
      .toSorted((one, other) => one - other);
    expect((xs[1] ?? 0) - (xs[0] ?? 0)).toBeGreaterThanOrEqual(120);
    expect((xs[2] ?? 0) - (xs[1] ?? 0)).toBeGreaterThanOrEqual(120);
    const passing = edges[6]?.points[1]?.x ?? 0;
    for (const x of xs) expect(passing < x || passing > x + 100).toBe(true);
  });

  it('leads circles back beside the boxes, and draws what hangs together with nothing', () => {
    const { edges, nodes, width } = layout('abcz', 'ab', 'bc', 'ca', 'bb');
    expect(edges.map(({ isBack }) => isBack)).toEqual([false, false, true, true]);
    const right = Math.max(...nodes.map(({ x }) => x + 100));
    expect(Math.max(...(edges[2]?.points ?? []).map(({ x }) => x))).toBeGreaterThan(right);
    expect(width).toBeGreaterThan(right);
    expect(nodes.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
  });

  it('crosses nothing that need not cross', () => {
    const { nodes } = layout('abcdef', 'ab', 'ac', 'bf', 'ce');
    const x = (id: string): number => nodes.find((node) => node.id === id)?.x ?? 0;
    expect(Math.sign(x('b') - x('c'))).toBe(Math.sign(x('f') - x('e')));
  });

  it('says nothing wrong of a single step', () => {
    expect(layout('a')).toMatchObject({ nodes: [{ id: 'a', x: 0, y: 0 }], edges: [], height: 40, width: 100 });
  });
});
