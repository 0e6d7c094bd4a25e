import type { DecisionFilter, LoggedDecision } from '../../../datasets/log/reader.ts';
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
import { messageOf } from '../../../engine/core/errors.ts';
import type { LearningStatus } from '../../../engine/core/learning.ts';
import type { Bundle } from '../../../models/bundle.ts';
import type { RegistryRecord } from '../../../models/registry/log.ts';
import type { JobView } from '../../../training/queue/queue.ts';
import { coverageCurve, type CoverageCurve } from './coverage-curve.ts';
import { glanceOf, withExactInterval, type Glance } from './glance.ts';

/** A role's models: what serves, and how it came to that. */
export interface RoleModels {
  readonly role: string;
  readonly current: Bundle | null;
  readonly history: readonly RegistryRecord[];
}

/** All that the dashboard shows at first sight. */
export interface Overview {
  /** Error budget of the deployment. */
  readonly alpha: number;
  readonly glance: Glance;
  readonly totals: Totals;
  readonly roles: readonly RoleTotals[];
  /** Length of the times in `share`. */
  readonly bucket: 'hour' | 'day';
  readonly share: readonly TierShare[];
  readonly accuracy: readonly TierAccuracy[];
  readonly latency: readonly TierLatency[];
  readonly savings: Savings;
  readonly coverage: readonly CoverageCurve[];
  readonly models: readonly RoleModels[];
  readonly jobs: readonly JobView[];
  /** Why there is no list of jobs; null where there is one. */
  readonly queueFault: string | null;
  readonly decisions: readonly LoggedDecision[];
  readonly learning: LearningStatus;
}

export interface OverviewSources {
  readonly alpha: number;
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
  models(role?: string): Promise<readonly RoleModels[]>;
  jobs(): Promise<readonly JobView[]>;
  learning(role?: string): Promise<LearningStatus>;
}

export interface OverviewScope extends Scope {
  /** Hours while a chart can show them, else days, where absent. */
  readonly bucket?: 'hour' | 'day';
}

/** Hours that a chart of shares can show side by side. */
const mostHours = 96;

/** Rows that a coverage curve is drawn from at most; newest first. */
const judgedRows = 20_000;

export async function overviewOf(sources: OverviewSources, scope: OverviewScope): Promise<Overview> {
  const { queries } = sources;
  const role = scope.role === undefined ? {} : { role: scope.role };
  const [totals, roles, hourly, accuracy, latency, savings, judged, models, queue, decisions, learning] =
    await Promise.all([
      queries.totals(),
      queries.roles(),
      queries.shareByTier(scope),
      queries.accuracyByTier(scope),
      queries.latencyByTier(scope),
      queries.savings(scope),
      queries.confidences({ ...scope, limit: judgedRows }),
      sources.models(scope.role),
      // Figures are worth seeing while the queue is down.
      sources.jobs().then(
        (list) => ({ list, fault: null }),
        (error: unknown) => ({ list: [], fault: messageOf(error) }),
      ),
      sources.decisions({ ...role, limit: 50 }),
      sources.learning(scope.role),
    ]);
  const coverage = (['dtr', 'lppm'] as const).map((tier) =>
    coverageCurve(
      tier,
      judged.filter((row) => row.tier === tier),
    ),
  );
  const first = hourly[0]?.time ?? 0;
  const hours = ((hourly.at(-1)?.time ?? 0) - first) / 3_600_000;
  const bucket = scope.bucket ?? (hours > mostHours ? 'day' : 'hour');
  const share = bucket === scope.bucket || bucket === 'hour' ? hourly : await queries.shareByTier({ ...scope, bucket });
  const glance = glanceOf(
    savings,
    accuracy,
    models.map((row) => row.current),
  );
  return {
    alpha: sources.alpha,
    glance,
    totals,
    roles,
    bucket,
    share,
    accuracy: accuracy.map(withExactInterval),
    latency,
    savings,
    coverage,
    models,
    jobs: queue.list,
    queueFault: queue.fault,
    decisions,
    learning,
  };
}
