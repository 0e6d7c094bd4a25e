import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError, messageOf } from '../engine/core/errors.ts';
import type { Estimator, FitOptions, FitReport } from './estimator.ts';

/** The label, and the share of training rows that had it. */
export interface MajorityPrediction {
  readonly label: string;
  readonly confidence: number;
}

/** The floor that every classifier must beat: always the commonest label; among equals the first in the alphabet. */
export class MajorityFloor<Example, Input> implements Estimator<Example, Input, MajorityPrediction> {
  readonly name = 'majority';
  readonly #labelOf: (example: Example) => string;
  #fitted: MajorityPrediction | null = null;

  constructor(labelOf: (example: Example) => string) {
    this.#labelOf = labelOf;
  }

  async fit(examples: readonly Example[], options: FitOptions): Promise<FitReport> {
    if (examples.length === 0) throw new EngineError('TOO_FEW_ROWS', { what: this.name, needed: 1, actual: 0 });
    const counts = new Map<string, number>();
    for (const example of examples) {
      const label = this.#labelOf(example);
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    const [first] = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    const [label = '', count = 0] = first ?? [];
    this.#fitted = { label, confidence: count / examples.length };
    return { rows: examples.length, seconds: 0, notes: { labels: counts.size, seed: options.seed } };
  }

  async predict(inputs: readonly Input[]): Promise<MajorityPrediction[]> {
    const fitted = this.#need();
    return inputs.map(() => fitted);
  }

  async save(folder: string): Promise<string[]> {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'majority.json'), JSON.stringify(this.#need()));
    return ['majority.json'];
  }

  async load(folder: string): Promise<void> {
    const path = join(folder, 'majority.json');
    let parsed: Partial<MajorityPrediction>;
    try {
      parsed = JSON.parse(readFileSync(path, 'utf8')) as Partial<MajorityPrediction>;
    } catch (error) {
      throw new EngineError('ARTEFACT_CORRUPT', { id: path, detail: messageOf(error) }, { cause: error });
    }
    const { label, confidence } = parsed;
    if (typeof label !== 'string' || typeof confidence !== 'number') {
      throw new EngineError('ARTEFACT_CORRUPT', { id: path, detail: 'label or confidence is missing' });
    }
    this.#fitted = { label, confidence };
  }

  async dispose(): Promise<void> {
    this.#fitted = null;
  }

  #need(): MajorityPrediction {
    if (this.#fitted === null) throw new EngineError('MODEL_NOT_FITTED', { name: this.name });
    return this.#fitted;
  }
}
