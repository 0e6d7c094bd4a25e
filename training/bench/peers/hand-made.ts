import { features } from '../../../models/dtr/features/schema.ts';
import { Scan } from '../../../models/dtr/features/scan.ts';
import { TextWindow } from '../../../models/dtr/features/text-window.ts';
import { writeFeatures } from '../../../models/dtr/features/write.ts';
import type { TrafficRow } from '../traffic/data.ts';

/** The router's features without what is learned of words: one row of `columns` numbers per message. */
export function handMade(rows: readonly TrafficRow[]): { values: Float64Array; columns: number; usPerMessage: number } {
  const columns = features.length;
  const values = new Float64Array(rows.length * columns);
  const window = new TextWindow();
  const scan = new Scan();
  const started = performance.now();
  for (const [index, { text }] of rows.entries()) {
    window.load(text);
    scan.run(window);
    writeFeatures(scan, values, index * columns);
  }
  return { values, columns, usPerMessage: ((performance.now() - started) * 1000) / Math.max(1, rows.length) };
}
