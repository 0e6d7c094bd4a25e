import { baseCorpus } from '../../../datasets/sample/base-corpus.ts';
import { CetModel } from '../../../models/cet/model.ts';
import type { DtrExample } from '../../../models/dtr/example.ts';
import { DtrModel } from '../../../models/dtr/model.ts';
import { LppmModel } from '../../../models/lppm/model.ts';
import { MajorityFloor } from '../../../models/majority.ts';
import { describeEstimator } from '../../contracts/estimator.contract.ts';
import { contextDesk, smallContext } from '../../support/context-desk.ts';
import { processDesk } from '../../support/process-desk.ts';

function snippets(seed: number): DtrExample[] {
  return baseCorpus(seed, { rows: 300 }).map((row) => {
    const destination = row.class === 'fixed' ? { tool: 'files.store', argument: 'content', constants: {} } : null;
    return { ...row, destination, payload: null };
  });
}

describeEstimator('MajorityFloor', {
  make: () => new MajorityFloor<string, string>((label) => label),
  examples: ['a', 'b', 'b'],
  others: ['c'],
  inputs: ['x', 'y'],
  told: (prediction) => prediction,
});

describeEstimator('DtrModel', {
  make: () => new DtrModel(),
  examples: snippets(1),
  others: snippets(2),
  inputs: snippets(3)
    .slice(0, 40)
    .map(({ text }) => text),
  told: ({ class: name, confidence, destinationKey, payload }) => [name, confidence, destinationKey, payload],
});

const member = { hidden: 16, learningRate: 0.1, inputDropout: 0.3, hiddenDropout: 0.1 };
const parameters = { members: [member], steps: 1200, mostFeatures: 4000, smoothing: 0.05 };
describeEstimator('LppmModel', {
  make: () => new LppmModel({ parameters }),
  examples: processDesk(1, 40),
  others: processDesk(2, 30),
  inputs: processDesk(3, 10).map(({ input }) => input),
  // the last bits of a sum depend on the shape of the batch
  told: ({ step, process, confidence }) => [step, process, Math.round(confidence * 1e4)],
});

describeEstimator('CetModel', {
  make: () => new CetModel({ parameters: smallContext }),
  examples: contextDesk(1, 6),
  others: contextDesk(2, 6),
  inputs: contextDesk(3, 4).map(({ input }) => input),
  told: ({ scores }) => [...scores].map((score) => Math.round(score * 1e4)),
});
