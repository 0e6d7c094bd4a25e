/** Sizes, and how long each part learns. Chosen on the validation conversations of LoCoMo and QMSum. */
export interface CetParameters {
  /** Pieces of words. */
  readonly vocabulary: number;
  readonly encoderLength: number;
  readonly encoderWidth: number;
  readonly encoderLayers: number;
  /** Batches of 48 pairs, at most. */
  readonly encoderSteps: number;
  readonly screenHidden: number;
  readonly screenEpochs: number;
  /** Candidates of a question that the screen learns from. */
  readonly screenList: number;
  /** Candidates of a question that the transformer learns from. */
  readonly scorerList: number;
  /** The best candidates by the screen, which the transformer judges anew. */
  readonly window: number;
  /** The best of these, over which all attend. */
  readonly attended: number;
  readonly scorerHidden: number;
  readonly scorerWidth: number;
  readonly scorerEpochs: number;
  readonly scorerRate: number;
  readonly heads: number;
  readonly dropout: number;
}
