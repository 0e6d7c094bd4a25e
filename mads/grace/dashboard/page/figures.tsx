import type { ComponentChildren } from 'preact';
import type { Overview } from '../overview.ts';
import { count, percent, plural, usd } from './format.ts';

function Figure(props: {
  readonly name: string;
  readonly value: string;
  readonly tone?: 'good' | 'bad';
  readonly children: ComponentChildren;
}) {
  return (
    <div class="figure" data-tone={props.tone}>
      <dt>{props.name}</dt>
      <dd class="value">{props.value}</dd>
      <dd class="note">{props.children}</dd>
    </div>
  );
}

const none = '–';

/** What one wants to know first. */
export function Figures({ overview, role }: { readonly overview: Overview; readonly role: string | null }) {
  const { glance, alpha, totals, roles } = overview;
  const own = roles.find((row) => row.role === role);
  const conversations = role === null ? totals.conversations : (own?.conversations ?? 0);
  const { certified, lower, upper } = glance;
  const unsettled = glance.messages - glance.avoided - overview.savings.imperator;
  return (
    <dl class="figures" aria-label="Figures at a glance">
      <Figure name="Messages routed" value={count(glance.messages)}>
        {plural(conversations, 'conversation')} in the log{unsettled > 0 && `, ${count(unsettled)} settled by nobody`}
      </Figure>
      <Figure name="Settled below the LLM" value={glance.share === null ? none : percent(glance.share)}>
        {count(glance.avoided)} of {count(glance.messages)}
      </Figure>
      <Figure name="Judged accuracy" value={glance.accuracy === null ? none : percent(glance.accuracy)}>
        {lower === null || upper === null
          ? 'no labels yet'
          : `${percent(lower)} to ${percent(upper)}; ${count(glance.judged)} of ${count(glance.avoided)} judged`}
      </Figure>
      <Figure
        name="Certified error bound"
        value={certified === null ? none : `≤ ${percent(certified.errorUpper)}`}
        {...(certified === null ? {} : { tone: certified.errorUpper <= alpha ? ('good' as const) : ('bad' as const) })}
      >
        {certified === null
          ? `nothing certified; budget ${percent(alpha)}`
          : `${certified.errorUpper <= alpha ? 'inside' : 'beyond'} the budget of ${percent(alpha)}`}
      </Figure>
      <Figure name="LLM calls avoided" value={count(glance.avoided)}>
        {count(overview.savings.imperator)} were made
      </Figure>
      <Figure name="Saved" value={glance.savedUsd === null ? none : usd(glance.savedUsd)}>
        {glance.meanImperatorUsd === null
          ? 'no LLM call to price it by'
          : `at ${usd(glance.meanImperatorUsd)} a call; ${usd(overview.savings.costUsd)} spent`}
      </Figure>
    </dl>
  );
}
