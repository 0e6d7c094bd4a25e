import {
  conditionText,
  edgeName,
  placeText,
  stepLine,
  stepTitle,
} from '../../../../datasets/processes/process-words.ts';
import type { ProcessEvidence } from '../../../../datasets/processes/stored-process.ts';
import type { Edge, Origin, Process, Step } from '../../../../engine/core/process.ts';
import { count, plural } from './format.ts';
import { stepAnchor } from './process-graph.tsx';

const wordingsShown = 5;
const witnessesShown = 3;

interface Shown {
  readonly process: Process;
  readonly evidence: ProcessEvidence | null;
  readonly onConversation: (id: string) => void;
}

/** Every step with its words, where its values come from, how it was said in the log, and where. */
export function ProcessSteps(props: Shown) {
  return (
    <ul class="plain cards steps">
      {props.process.steps.map((step) => (
        <StepCard key={step.id} step={step} {...props} />
      ))}
    </ul>
  );
}

function StepCard({ step, process, evidence, onConversation }: Shown & { readonly step: Step }) {
  const seen = evidence?.steps.find((one) => one.step === step.id);
  const marks = [
    ...(process.start === step.id ? ['start'] : []),
    ...(seen?.isOptional === true ? ['optional'] : []),
    ...(seen?.isRepeated === true ? ['repeated'] : []),
  ];
  const leaving = process.edges.filter((edge) => edge.from === step.id);
  const doubts = (evidence?.doubts ?? []).filter(
    ({ where }) => where === step.id || where.startsWith(`${step.id}.`) || where.startsWith(`${step.id} →`),
  );
  return (
    <li class="card" id={stepAnchor(step.id)} tabindex={-1}>
      <header class="card-head">
        <h4>{stepTitle(step)}</h4>
        <code class="muted">{step.id}</code>
        <span class="tag">{step.kind}</span>
        {marks.map((mark) => (
          <span key={mark} class="tag">
            {mark}
          </span>
        ))}
        {seen !== undefined && <span class="muted">in {plural(seen.runs, 'run')}</span>}
      </header>
      {step.kind === 'call' && <p class="said-text">{stepLine(step)}</p>}
      {step.kind === 'ask' && (
        <p class="muted">
          fills <code>{step.slot}</code>
        </p>
      )}
      {step.kind === 'call' && <Origins given={step.arguments} />}
      {leaving.length > 0 && (
        <ul class="plain ways" aria-label={`What follows ${stepTitle(step)}`}>
          {leaving.map((edge) => {
            const runs = evidence?.edges.find(({ from, to }) => from === edge.from && to === edge.to)?.runs;
            return (
              <li key={edgeName(edge)}>
                <Way process={process} edge={edge} />
                {runs !== undefined && <span class="muted">{plural(runs, 'run')}</span>}
              </li>
            );
          })}
        </ul>
      )}
      {doubts.map(({ where, reason }) => (
        <p key={`${where} ${reason}`} class="doubt">
          {where === step.id ? '' : `${placeText(process, where)}: `}
          {reason}
        </p>
      ))}
      {seen !== undefined && seen.wordings.length > 0 && (
        <details>
          <summary>
            {plural(seen.wordings.length, 'wording')}, {plural(seen.witnesses.length, 'example')}
          </summary>
          <ul class="plain wordings">
            {seen.wordings.slice(0, wordingsShown).map(({ text, count: times }) => (
              <li key={text}>
                <span class="number">{count(times)} ×</span> <span>{text}</span>
              </li>
            ))}
          </ul>
          <p class="examples">
            {[...new Set(seen.witnesses.map(({ conversation }) => conversation))].slice(0, witnessesShown).map((id) => (
              <ConversationLink key={id} id={id} onOpen={onConversation} />
            ))}
          </p>
        </details>
      )}
    </li>
  );
}

/** Where an edge leads, and when: in words, with the step's name beside them. */
function Way({ process, edge }: { readonly process: Process; readonly edge: Edge }) {
  const next = process.steps.find(({ id }) => id === edge.to);
  const condition = conditionText(process, edge);
  return (
    <span>
      {condition === '' ? '' : `where ${condition}, `}
      then {next === undefined ? '' : `${stepTitle(next).replace(/^C/, 'c')} `}
      <code class="muted">{edge.to}</code>
    </span>
  );
}

export function ConversationLink({ id, onOpen }: { readonly id: string; readonly onOpen: (id: string) => void }) {
  return (
    <button type="button" class="link" onClick={() => onOpen(id)} aria-label={`Conversation ${id}`}>
      {id}
    </button>
  );
}

function Origins({ given }: { readonly given: Readonly<Record<string, Origin>> }) {
  const rows = Object.entries(given);
  if (rows.length === 0) return null;
  return (
    <dl class="origins">
      {rows.map(([name, origin]) => (
        <div key={name}>
          <dt>
            <code>{name}</code>
          </dt>
          <dd>{originText(origin)}</dd>
        </div>
      ))}
    </dl>
  );
}

function originText(origin: Origin): string {
  if (origin.from === 'slot') return `what the person said for ${origin.slot}`;
  if (origin.from === 'result') return `${origin.path === '' ? 'all' : origin.path} of the result of ${origin.step}`;
  return `always ${JSON.stringify(origin.value)}`;
}
