import type { Outcome } from '../../../../engine/core/decision.ts';

/** One line. */
export function outcomeText(outcome: Outcome | null): string {
  if (outcome === null) return 'nothing';
  if (outcome.kind === 'tool-call') return `calls ${outcome.name}`;
  if (outcome.kind === 'refuse') return `refuses (${outcome.policy})`;
  if (outcome.asks !== undefined) return `asks for ${outcome.asks}`;
  return outcome.process === undefined ? 'answers' : `${outcome.process} · ${outcome.step ?? 'answers'}`;
}

/** All of it. */
export function OutcomeView({ outcome }: { readonly outcome: Outcome }) {
  return (
    <div class="outcome">
      {outcome.kind === 'tool-call' ? (
        <>
          <p>
            Call <code>{outcome.name}</code>
          </p>
          <pre tabindex={0} aria-label={`Arguments of ${outcome.name}`}>
            <code>{JSON.stringify(outcome.arguments, null, 2)}</code>
          </pre>
        </>
      ) : (
        <blockquote>{outcome.text}</blockquote>
      )}
      {outcome.kind === 'refuse' && <p class="muted">Refused by policy {outcome.policy}</p>}
      {outcome.kind !== 'refuse' && outcome.process !== undefined && (
        <p class="muted">
          Process {outcome.process}, step {outcome.step ?? 'unnamed'}
        </p>
      )}
    </div>
  );
}
