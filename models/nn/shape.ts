import { EngineError } from '../../engine/core/errors.ts';
import type { Dimension, Shape } from './operations.ts';

/** Arithmetic of sides: numbers, names, products of names (`q*n`) and sums with numbers (`n+1`). */

export function showShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

export function mismatch(what: string, expected: string | Shape, actual: Shape | Dimension): EngineError {
  return new EngineError('SHAPE_MISMATCH', {
    what,
    expected: typeof expected === 'string' ? expected : showShape(expected),
    actual: Array.isArray(actual) ? showShape(actual) : String(actual),
  });
}

/** Axis as a non-negative index. @throws SHAPE_MISMATCH where there is no such axis */
export function axisOf(shape: Shape, axis: number, what: string): number {
  const index = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(index) || index < 0 || index >= shape.length) {
    throw mismatch(`${what}, axis ${axis}`, `an axis of ${showShape(shape)}`, axis);
  }
  return index;
}

/** NumPy's rule, with names that match only themselves and 1. */
export function broadcast(a: Shape, b: Shape, what: string): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw mismatch(what, a, b);
  });
}

/** Axes of `from` that were stretched or put in front when `to` was broadcast to it: first `dropped`, then `kept`. */
export function stretchedAxes(from: Shape, to: Shape): { readonly dropped: number[]; readonly kept: number[] } {
  const extra = from.length - to.length;
  const dropped = Array.from({ length: extra }, (_, axis) => axis);
  const kept = to.flatMap((side, axis) => (side === 1 && from[axis + extra] !== 1 ? [axis] : []));
  return { dropped, kept };
}

/** Whether two shapes hold equally many numbers, whatever the names stand for. */
export function sameSize(a: Shape, b: Shape): boolean {
  const left = factors(a);
  const right = factors(b);
  return left.count === right.count && left.names === right.names;
}

function factors(shape: Shape): { count: number; names: string } {
  let count = 1;
  const names: string[] = [];
  for (const side of shape) {
    if (typeof side === 'number') count *= side;
    else names.push(...side.split('*'));
  }
  return { count, names: names.sort().join('*') };
}

/** `n` + 1 -> `n+1`, `n+1` + -1 -> `n`, 2 + 3 -> 5. */
export function addDimensions(sides: readonly Dimension[]): Dimension {
  let constant = 0;
  const names: string[] = [];
  for (const side of sides) {
    for (const term of String(side).split('+')) {
      if (/^-?\d+$/.test(term)) constant += Number(term);
      else names.push(term);
    }
  }
  if (names.length === 0) return constant;
  return [...names.sort(), ...(constant === 0 ? [] : [String(constant)])].join('+');
}

/** What names stand for in one batch. */
export type Lengths = ReadonlyMap<string, number>;

/** @throws SHAPE_MISMATCH where a name is not bound */
export function lengthOf(side: Dimension, lengths: Lengths): number {
  if (typeof side === 'number') return side;
  const bound = lengths.get(side);
  if (bound !== undefined) return bound;
  if (side.includes('*')) return side.split('*').reduce((total, factor) => total * lengthOf(factor, lengths), 1);
  if (side.includes('+')) {
    return side
      .split('+')
      .reduce((total, term) => total + (/^-?\d+$/.test(term) ? Number(term) : lengthOf(term, lengths)), 0);
  }
  throw mismatch(`side ${side}`, 'a name that an input brings', side);
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((total, side) => total * side, 1);
}
