import type { ContextChoice, Decision, Evidence } from '../../../../engine/core/decision.ts';
import type { Explanation } from '../explanation.ts';
import { count, duration, shortId, usd } from './format.ts';
import { TierChip } from './tier.tsx';

/** What one tier thought of the message. */
export function Visit(props: {
  readonly visit: Decision;
  readonly isOpened: boolean;
  readonly texts: Explanation['texts'];
}) {
  const { visit } = props;
  return (
    <li class="visit" data-tier={visit.tier} {...(props.isOpened ? { 'aria-current': 'true' as const } : {})}>
      <div class="visit-head">
        <TierChip tier={visit.tier} />
        <strong>{visit.settled ? 'settled it' : visit.tier === 'cet' ? 'prepared the context' : 'passed it up'}</strong>
        {visit.shadow && <span class="tag">without effect</span>}
        <span class="muted number">{duration(visit.latencyUs)}</span>
      </div>
      <p>{visit.reason}</p>
      {visit.label !== null && (
        <p class="muted">
          called it <code>{visit.label}</code>
        </p>
      )}
      {visit.confidence !== null && <Meter visit={visit} confidence={visit.confidence} />}
      {visit.evidence.length > 0 && <Reasons evidence={visit.evidence} />}
      {visit.choices.length > 0 && <Choices choices={visit.choices} texts={props.texts} />}
      <p class="muted small-print">
        {visit.model === null ? 'no model' : `model ${shortId(visit.model)}`}
        {visit.costUsd > 0 && ` · ${usd(visit.costUsd)}`}
        {visit.propensity < 1 && ` · chosen with probability ${visit.propensity.toFixed(2)}`}
      </p>
    </li>
  );
}

/** How sure it was, and how sure it had to be; where it was sure and passed up all the same, the reason says why. */
function Meter({ visit, confidence }: { readonly visit: Decision; readonly confidence: number }) {
  const isBeside = !visit.settled && visit.threshold !== null && confidence >= visit.threshold;
  const threshold = isBeside ? null : visit.threshold;
  const needed = threshold === null ? 'nothing certified, so nothing settles' : `needs ${threshold.toFixed(3)}`;
  return (
    <div class="meter">
      <div class="meter-track" aria-hidden="true">
        <div class="meter-fill" style={{ width: `${confidence * 100}%` }} />
        {threshold !== null && <div class="meter-mark" style={{ left: `${threshold * 100}%` }} />}
      </div>
      <span>
        sure <strong>{confidence.toFixed(3)}</strong>
        {!isBeside && `, ${needed}`}
      </span>
    </div>
  );
}

function Reasons({ evidence }: { readonly evidence: readonly Evidence[] }) {
  return (
    <ul class="plain reasons" aria-label="Evidence">
      {evidence.map(({ what, weight }) => (
        <li key={what}>
          <span>{what}</span>
          {weight !== undefined && (
            <span class="number muted">
              {weight > 0 ? '+' : ''}
              {weight.toFixed(2)}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function Choices({
  choices,
  texts,
}: {
  readonly choices: readonly ContextChoice[];
  readonly texts: Explanation['texts'];
}) {
  const chosen = choices.filter((choice) => choice.chosen);
  const sum = (some: readonly ContextChoice[]): number => some.reduce((total, choice) => total + choice.tokens, 0);
  const left = sum(choices) - sum(chosen);
  return (
    <details class="choices">
      <summary>
        {chosen.length} of {choices.length} pieces for the LLM, {count(sum(chosen))} tokens
        {left > 0 && `, ${count(left)} left out`}
      </summary>
      <ul class="plain">
        {choices
          .toSorted((a, b) => b.score - a.score)
          .map((choice) => (
            <li key={choice.id} data-chosen={choice.chosen}>
              <span class="number">{choice.score.toFixed(2)}</span>
              <span>
                <strong>
                  {choice.chosen ? 'in' : choice.soon === true ? 'next with 500 tokens more' : 'left out'}
                </strong>
                {choice.place !== undefined && <span class="muted">{` ${choice.place}`}</span>}
                {`: ${texts[choice.id]?.text ?? choice.text?.slice(0, 240) ?? choice.id}`}
                <span class="muted">{` (${choice.reason}, ${choice.tokens} tokens)`}</span>
              </span>
            </li>
          ))}
      </ul>
    </details>
  );
}
