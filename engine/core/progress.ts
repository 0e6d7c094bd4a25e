/** One sign of life from long work. */
export interface ProgressEvent {
  /** What is being done, in words a user knows: `train dtr`, `import star.jsonl`. */
  readonly stage: string;
  readonly done: number;
  /** Null where the end is not known. */
  readonly total: number | null;
  readonly note?: string;
}

export type Progress = (event: ProgressEvent) => void;

export const silent: Progress = () => undefined;
