import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Feedback } from '../../../../datasets/log/feedback.ts';
import type { Message, Part } from '../../../../engine/core/message.ts';
import type { Explanation } from '../explanation.ts';
import { api, faultOf } from './api.ts';
import { now } from './clock.ts';
import { CorrectionForm } from './correction.tsx';
import { Dialog } from './dialog.tsx';
import { ago, fullTime } from './format.ts';
import { OutcomeView, outcomeText } from './outcome.tsx';
import { Visit } from './visit.tsx';

/** One message's way through the tiers, and a place to say what would have been right. */
export function ExplanationPanel(props: {
  readonly id: string;
  readonly onClose: () => void;
  readonly onStored: () => void;
}) {
  const [found, setFound] = useState<Explanation | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const load = useCallback(() => {
    api
      .decision(props.id)
      .then(setFound)
      .catch((error: unknown) => setFault(faultOf(error).message));
  }, [props.id]);
  useEffect(load, [load]);
  const stored = (): void => {
    load();
    props.onStored();
  };
  return (
    <Dialog kind="side" title="Why it was routed this way" onClose={props.onClose}>
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      {found === null ? (
        fault === null && <p class="muted">Reading the log …</p>
      ) : (
        <Body explanation={found} id={props.id} onStored={stored} />
      )}
    </Dialog>
  );
}

function Body(props: { readonly explanation: Explanation; readonly id: string; readonly onStored: () => void }) {
  const { explanation } = props;
  const { decision, message, visits, feedback, texts } = explanation;
  const seen = visits.filter((visit) => !visit.shadow);
  const settling = seen.find((visit) => visit.settled);
  return (
    <>
      <section aria-label="The message">
        <p class="muted meta">
          {message?.sender ?? 'unknown'} to {decision.role} ·{' '}
          <time dateTime={new Date(decision.time).toISOString()}>{fullTime(decision.time)}</time>
        </p>
        {message === null ? <p>The message is not in the log.</p> : <MessageView message={message} />}
      </section>
      <section aria-labelledby="the-way">
        <h3 id="the-way">The way through the tiers</h3>
        <ol class="way">
          {visits.map((visit) => (
            <Visit key={visit.id} visit={visit} isOpened={visit.id === props.id} texts={texts} />
          ))}
        </ol>
      </section>
      <section aria-labelledby="the-outcome">
        <h3 id="the-outcome">What was decided</h3>
        {settling?.outcome == null ? (
          <p>Nobody settled it. Where no LLM is configured, it is kept until one is.</p>
        ) : (
          <OutcomeView outcome={settling.outcome} />
        )}
      </section>
      {feedback.length > 0 && (
        <section aria-labelledby="the-words">
          <h3 id="the-words">What was said about it</h3>
          <ul class="plain said">
            {feedback.map((word) => (
              <li key={word.id}>
                {wordText(word)} <span class="muted">{`by ${word.source}, ${ago(word.time, now())}`}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <CorrectionForm explanation={explanation} onStored={props.onStored} />
    </>
  );
}

function wordText({ correct, outcome, label, note }: Feedback): string {
  const verdict = correct === null ? '' : correct ? 'right' : 'wrong';
  const better = correct === true || outcome === null ? '' : `better: ${outcomeText(outcome)}`;
  const other = label === null ? '' : `label: ${label}`;
  return [verdict, better, other, note ?? ''].filter((part) => part !== '').join('; ');
}

export function MessageView({ message }: { readonly message: Message }) {
  return (
    <div class="message">
      {message.parts.map((part, index) => (
        <PartView key={index} part={part} />
      ))}
    </div>
  );
}

/** An image is named, not loaded: its address came from outside. */
function PartView({ part }: { readonly part: Part }) {
  if (part.kind === 'text') return <p class="said-text">{part.text}</p>;
  if (part.kind === 'image') return <p class="muted">Image: {part.url.slice(0, 200)}</p>;
  const [title, text] =
    part.kind === 'data'
      ? [part.mediaType, part.text]
      : part.kind === 'tool-call'
        ? [`calls ${part.name}`, JSON.stringify(part.arguments, null, 2)]
        : ['result of a tool', part.text];
  return (
    <figure class="payload">
      <figcaption>{title}</figcaption>
      <pre tabindex={0} aria-label={title}>
        <code>{text}</code>
      </pre>
    </figure>
  );
}
