import type { Called } from '../traffic/figures.ts';
import type { TrafficRow } from '../traffic/data.ts';

/** Another way to do the same work, trained and asked in the same run on the same machine. */
export interface Peer {
  readonly name: string;
  /** Why it cannot run here, in one line; null where it can. */
  missing(): Promise<string | null>;
  run(train: readonly TrafficRow[], test: readonly TrafficRow[], seed: number): Promise<PeerRun>;
}

export interface PeerRun {
  readonly calls: readonly Called[];
  readonly trainSeconds: number;
  /** Microseconds that one message takes, features and all. */
  readonly usPerMessage: number;
}
