import type { Outcome } from '../../../../engine/core/decision.ts';

/** Characters of a reply that one line shows. */
const replyLength = 80;

/** One line. */
export function outcomeText(outcome: Outcome | null): string {
  if (outcome === null) return 'nothing';
  if (outcome.kind === 'tool-call') return `calls ${outcome.name}`;
  if (outcome.kind === 'refuse') return `refuses (${outcome.policy})`;
  const text = outcome.text.replaceAll(/\s+/g, ' ').trim();
  return `“${text.length > replyLength ? `${text.slice(0, replyLength - 1)}…` : text}”`;
}

/** Which process it belongs to, and what it asks for; null where neither. */
export function outcomePlace(outcome: Outcome | null): string | null {
  if (outcome === null || outcome.kind === 'refuse' || outcome.process === undefined) return null;
  const asks = outcome.kind === 'reply' && outcome.asks !== undefined ? ` asks for ${outcome.asks}` : '';
  return `${outcome.process}${asks}`;
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
          Process {outcome.process}
          {outcome.step !== undefined && (
            <>
              , step <code>{outcome.step}</code>
            </>
          )}
        </p>
      )}
    </div>
  );
}
