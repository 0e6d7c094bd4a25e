/** A message that a model scored and a label judged; the model was not trained on it. */
export interface ScoredRow {
  /** In [0, 1]; NaN never settles. */
  readonly confidence: number;
  /** The label agrees. */
  readonly correct: boolean;
  /** Models of several folds agree with one another on this row; absent where there is one model. */
  readonly stable?: boolean;
}
