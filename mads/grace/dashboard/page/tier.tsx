import { tierNames, type TierName } from '../../../../engine/core/tier-name.ts';

export { tierNames };
export type { TierName };

export const tierTitles: Readonly<Record<TierName, string>> = {
  dtr: 'DTR',
  lppm: 'LPPM',
  cet: 'CET',
  imperator: 'Imperator',
};

export const tierMeanings: Readonly<Record<TierName, string>> = {
  dtr: 'Decision Tree Router: commands, code and data, in microseconds',
  lppm: 'Prose-to-Process Mapper: known processes, in about a millisecond',
  cet: 'Context Engineering Transformer: chooses what the LLM sees, settles nothing',
  imperator: 'The LLM, for whatever nobody below was sure of',
};

export const unsettledTitle = 'Nobody';

export function tierTitle(tier: TierName | null): string {
  return tier === null ? unsettledTitle : tierTitles[tier];
}

/** In the order in which a message meets them. */
export function inOrder<Row extends { readonly tier: TierName }>(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((a, b) => tierNames.indexOf(a.tier) - tierNames.indexOf(b.tier));
}

/** One colour per tier in all charts. */
export const tierColours = {
  legend: false,
  domain: [...tierNames.map(tierTitle), unsettledTitle],
  range: [...tierNames.map((tier) => `var(--${tier})`), 'var(--unsettled)'],
} as const;

export function TierChip({ tier }: { readonly tier: TierName | null }) {
  return (
    <span class="chip" data-tier={tier ?? 'unsettled'} title={tier === null ? undefined : tierMeanings[tier]}>
      {tierTitle(tier)}
    </span>
  );
}

export function TierLegend({ tiers }: { readonly tiers: readonly (TierName | null)[] }) {
  return (
    <ul class="legend" aria-label="Tiers">
      {tiers.map((tier) => (
        <li key={tier}>
          <TierChip tier={tier} />
        </li>
      ))}
    </ul>
  );
}
