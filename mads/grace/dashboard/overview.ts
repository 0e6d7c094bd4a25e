import type { DecisionDetail, DecisionFilter, LoggedDecision } from '../../../datasets/log/reader.ts';
import type {
  ConfidenceRow,
  RoleTotals,
  Savings,
  Scope,
  TierAccuracy,
  TierLatency,
  TierShare,
  Totals,
} from '../../../datasets/log/queries.ts';
import type { Bundle } from '../../../models/bundle.ts';
import type { RegistryRecord } from '../../../models/registry-log.ts';
import type { JobView } from '../../../training/queue.ts';
import { coverageCurve, type CoverageCurve } from './coverage-curve.ts';

/** A role's models: what serves, and how it came to that. */
export interface RoleModels {
  readonly role: string;
  readonly current: Bundle | null;
  readonly history: readonly RegistryRecord[];
}

/** All that the dashboard shows at first sight. */
export interface Overview {
  readonly totals: Totals;
  readonly roles: readonly RoleTotals[];
  readonly share: readonly TierShare[];
  readonly accuracy: readonly TierAccuracy[];
  readonly latency: readonly TierLatency[];
  readonly savings: Savings;
  readonly coverage: readonly CoverageCurve[];
  readonly models: readonly RoleModels[];
  readonly jobs: readonly JobView[];
  readonly decisions: readonly LoggedDecision[];
}

export interface OverviewSources {
  readonly queries: {
    totals(): Promise<Totals>;
    roles(): Promise<RoleTotals[]>;
    shareByTier(scope: Scope & { readonly bucket?: 'hour' | 'day' }): Promise<TierShare[]>;
    accuracyByTier(scope: Scope): Promise<TierAccuracy[]>;
    latencyByTier(scope: Scope): Promise<TierLatency[]>;
    savings(scope: Scope): Promise<Savings>;
    confidences(scope: Scope & { readonly limit?: number }): Promise<ConfidenceRow[]>;
  };
  decisions(filter: DecisionFilter): Promise<readonly LoggedDecision[]>;
  decision(id: string): Promise<DecisionDetail | null>;
  models(role?: string): Promise<readonly RoleModels[]>;
  jobs(): Promise<readonly JobView[]>;
}

export interface OverviewScope extends Scope {
  readonly bucket?: 'hour' | 'day';
}

/** Rows that a coverage curve is drawn from at most; newest first. */
const judgedRows = 20_000;

export async function overviewOf(sources: OverviewSources, scope: OverviewScope): Promise<Overview> {
  const { queries } = sources;
  const role = scope.role === undefined ? {} : { role: scope.role };
  const [totals, roles, share, accuracy, latency, savings, judged, models, jobs, decisions] = await Promise.all([
    queries.totals(),
    queries.roles(),
    queries.shareByTier(scope),
    queries.accuracyByTier(scope),
    queries.latencyByTier(scope),
    queries.savings(scope),
    queries.confidences({ ...scope, limit: judgedRows }),
    sources.models(scope.role),
    sources.jobs(),
    sources.decisions({ ...role, limit: 50 }),
  ]);
  const coverage = (['dtr', 'lppm'] as const).map((tier) =>
    coverageCurve(
      tier,
      judged.filter((row) => row.tier === tier),
    ),
  );
  return { totals, roles, share, accuracy, latency, savings, coverage, models, jobs, decisions };
}
