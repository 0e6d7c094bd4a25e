import type { CetModel } from '../models/cet/model.ts';
import type { DtrModel } from '../models/dtr/model.ts';
import type { FitReport } from '../models/estimator.ts';
import type { LppmModel } from '../models/lppm/model.ts';
import type { Thresholds } from '../models/thresholds.ts';
import type { KeptScript } from './examples/kept-script.ts';
import type { PayloadTool } from './examples/payload-tools.ts';
import type { ScopedCertificate } from './ladder/certificate.ts';
import type { JudgedTurn } from './ladder/judged-turn.ts';

export type LearnedTier = 'dtr' | 'lppm' | 'cet';

export interface LearnedModels {
  readonly dtr: DtrModel | null;
  readonly lppm: LppmModel | null;
  readonly cet: CetModel | null;
}

export interface Learned {
  readonly models: LearnedModels;
  readonly thresholds: { readonly dtr: Thresholds; readonly lppm: Thresholds };
  readonly certificate: ScopedCertificate;
  /** See `CertifiedLadder`. */
  readonly teacherNoise: number;
  readonly reports: Readonly<Partial<Record<LearnedTier, FitReport>>>;
  /** Turns that neither training nor the choice of thresholds saw, as the new models would have settled them. */
  readonly heldOut: readonly JudgedTurn[];
  /** Held-out turns that were passed up in service, and so do not judge by themselves; see `withPassedUp`. */
  readonly passedUp: readonly JudgedTurn[];
  /** Tools that take content as it stands, by name; judged with the same ones, other models can be compared. */
  readonly payloadTools: ReadonlyMap<string, PayloadTool>;
  /** Judges replies beside what was done; another model is compared by the same one. */
  readonly isKept: KeptScript;
  readonly counts: { readonly conversations: number; readonly turns: number; readonly heldOut: number };
}

export async function disposeAll(models: LearnedModels): Promise<void> {
  for (const model of [models.dtr, models.lppm, models.cet]) await model?.dispose();
}
