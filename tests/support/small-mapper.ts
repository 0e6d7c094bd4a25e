import type { FlowMemberOptions, LppmHyperParameters } from '../../models/lppm/fit.ts';

/** A recurrent net that learns a desk of some dozens of dialogues in a second. */
export const smallFlow: FlowMemberOptions = {
  kind: 'flow',
  sizes: { turn: 16, memory: 16, state: 16 },
  batches: 300,
  mostFeatures: 4000,
  learningRate: 0.02,
  tableRate: 0.1,
  inputDropout: 0.1,
  turnDropout: 0,
  memoryDropout: 0.1,
  stateDropout: 0.1,
  smoothing: 0.02,
};

/** The members of dialogues, each of them small. */
export const smallMapper: LppmHyperParameters = {
  members: [
    { ...smallFlow, sizes: { turn: 32, memory: 32, state: 32 } },
    { hidden: 0, learningRate: 0.1, inputDropout: 0.5, hiddenDropout: 0, smoothing: 0.02 },
  ],
  steps: 20_000,
  mostFeatures: 20_000,
  smoothing: 0.1,
};
