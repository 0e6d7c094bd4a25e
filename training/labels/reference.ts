import { baseCorpus } from '../../datasets/sample/base-corpus.ts';
import type { Device } from '../../engine/core/config.ts';
import { silent } from '../../engine/core/progress.ts';
import { DtrModel } from '../../models/dtr/model.ts';
import { baseExamples } from '../examples/base-examples.ts';

/** Enough to tell words from content; the same rows for every role and every night. */
const rows = 4000;
const seed = 1;
/** How sure it has to be that a message is prose. */
const sure = 0.95;

/**
 * Tells prose from content by the project's own corpus alone: whoever can write into a log cannot change it.
 * @returns a function, and what ends it
 */
export async function referenceReader(device: Device): Promise<(text: string) => boolean> {
  const model = new DtrModel();
  await model.fit(baseExamples(baseCorpus(seed, { rows }), []), { seed, device, progress: silent });
  return (text) => {
    const { class: kind, confidence } = model.route(text);
    return kind === 'prose' && confidence >= sure;
  };
}
