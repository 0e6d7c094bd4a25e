import { describe, expect, it } from 'vitest';
import { normal, seededRandom } from '../../../../engine/core/random.ts';
import { KernelMemory } from '../../../../models/lppm/net/kernels.ts';

const width = 8;
const rows = 5;
const items = 3;

function setUp() {
  const random = seededRandom(7);
  const memory = new KernelMemory(1 << 16);
  const table = memory.floats(rows * width).map(() => normal(random));
  const held = memory.floats(rows * width);
  held.set(table);
  const squares = memory.floats(rows * width).fill(0.5);
  const vector = memory.floats(width);
  for (let unit = 0; unit < width; unit += 1) vector[unit] = normal(random);
  const indices = memory.integers(items);
  indices.set([4, 0, 4]);
  const weights = memory.floats(items);
  weights.set([0.5, -2, 1.5]);
  return { memory, table: held, squares, vector, indices, weights };
}

describe('kernels', () => {
  it('gather the weighted rows', () => {
    const { memory, table, vector, indices, weights } = setUp();
    const wanted = Array.from(vector, (value, unit) =>
      Array.from(indices).reduce(
        (sum, row, item) => sum + (weights[item] as number) * (table[row * width + unit] as number),
        value,
      ),
    );
    memory.kernels.gather(
      vector.byteOffset,
      table.byteOffset,
      indices.byteOffset,
      weights.byteOffset,
      items,
      width * 4,
    );
    wanted.forEach((value, unit) => expect(vector[unit]).toBeCloseTo(value, 4));
  });

  it('scatter as Adagrad does, rows that occur twice twice', () => {
    const { memory, table, squares, vector, indices, weights } = setUp();
    const wanted = { table: Array.from(table), squares: Array.from(squares) };
    Array.from(indices).forEach((row, item) => {
      for (let unit = 0; unit < width; unit += 1) {
        const cell = row * width + unit;
        const slope = (weights[item] as number) * (vector[unit] as number);
        wanted.squares[cell] = (wanted.squares[cell] as number) + slope * slope;
        wanted.table[cell] = (wanted.table[cell] as number) - (0.1 * slope) / Math.sqrt(wanted.squares[cell]);
      }
    });
    const at = [table, squares, vector, indices, weights].map(({ byteOffset }) => byteOffset);
    const [tableAt = 0, squaresAt = 0, vectorAt = 0, indicesAt = 0, weightsAt = 0] = at;
    memory.kernels.scatter(tableAt, squaresAt, vectorAt, indicesAt, weightsAt, items, width * 4, 0.1);
    wanted.table.forEach((value, cell) => expect(table[cell]).toBeCloseTo(value, 4));
    wanted.squares.forEach((value, cell) => expect(squares[cell]).toBeCloseTo(value, 4));
  });

  it('take products of rows with a vector', () => {
    const { memory, table, vector, indices } = setUp();
    const into = memory.floats(items);
    memory.kernels.dots(into.byteOffset, table.byteOffset, vector.byteOffset, indices.byteOffset, items, width * 4);
    Array.from(indices).forEach((row, item) => {
      const wanted = Array.from(vector).reduce(
        (sum, value, unit) => sum + value * (table[row * width + unit] as number),
        0,
      );
      expect(into[item]).toBeCloseTo(wanted, 4);
    });
  });

  it('do nothing for no items', () => {
    const { memory, vector, table, indices, weights } = setUp();
    const before = Array.from(vector);
    memory.kernels.gather(vector.byteOffset, table.byteOffset, indices.byteOffset, weights.byteOffset, 0, width * 4);
    expect(Array.from(vector)).toEqual(before);
  });
});
