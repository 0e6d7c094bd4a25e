import { useCallback, useEffect, useState } from 'preact/hooks';
import type { ProcessDifference } from '../../../../datasets/processes/process-diff.ts';
import { placeText, readableName, schemaText, stepTitle } from '../../../../datasets/processes/process-words.ts';
import type { Slot, Step } from '../../../../engine/core/process.ts';
import type { ProcessView as Found } from '../../process-office.ts';
import type { ProcessName } from './address.ts';
import { api, faultOf } from './api.ts';
import { now } from './clock.ts';
import { Confirmation } from './dialog.tsx';
import { ago, fullTime, percent, plural, shortId } from './format.ts';
import { Panel } from './panel.tsx';
import { ProcessGraph } from './process-graph.tsx';
import { ConversationLink, ProcessSteps } from './process-steps.tsx';
import { RenameDialog } from './process-rename.tsx';
import { ProcessStateTag } from './processes.tsx';

const conversationsShown = 12;
type Asked = 'approve' | 'rename' | 'retire';

/** One process: drawing, steps, what speaks against it, what approving it would change; and the buttons to decide. */
export function ProcessPage(props: {
  readonly of: ProcessName;
  readonly onConversation: (id: string) => void;
  readonly onChange: (next: ProcessName) => void;
  readonly onBack: () => void;
}) {
  const { role, name } = props.of;
  const [found, setFound] = useState<Found | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const load = useCallback(() => {
    api.process({ role, name }).then(setFound, (error: unknown) => setFault(faultOf(error).message));
  }, [role, name]);
  useEffect(load, [load]);
  const act = async (work: () => Promise<unknown>): Promise<void> => {
    setAsked(null);
    try {
      await work();
      setFault(null);
    } catch (error) {
      setFault(faultOf(error).message);
    }
    load();
  };
  const back = (
    <button type="button" class="small" onClick={props.onBack}>
      All processes
    </button>
  );
  if (found === null) {
    return (
      <Panel wide title={name} action={back}>
        <p class={fault === null ? 'muted' : 'fault'} role={fault === null ? 'status' : 'alert'}>
          {fault ?? 'Reading …'}
        </p>
      </Panel>
    );
  }
  const { stored, objection } = found;
  const { version, approved, state } = stored;
  const isActing = state === 'approved' && approved === version;
  return (
    <>
      <Panel wide title={readableName(stored.definition.name)} hint={hintOf(found)} action={back}>
        <div class="process-head">
          <ProcessStateTag state={state} version={version} approved={approved} />
          <code class="tag" title={version}>
            {shortId(version)}
          </code>
          <span class="muted">
            <code>{name}</code> of {role}
          </span>
          <div class="buttons">
            <button type="button" onClick={() => setAsked('rename')}>
              Rename
            </button>
            {state !== 'retired' && (
              <button type="button" onClick={() => setAsked('retire')}>
                Retire
              </button>
            )}
            {!isActing && (
              <button
                type="button"
                class="primary"
                disabled={objection !== null}
                {...(objection === null ? {} : { 'aria-describedby': 'objection' })}
                onClick={() => setAsked('approve')}
              >
                Approve
              </button>
            )}
          </div>
        </div>
        {fault !== null && (
          <p class="fault" role="alert">
            {fault}
          </p>
        )}
        {objection !== null && (
          <p class="fault" id="objection">
            It cannot be approved as it stands: {objection}
          </p>
        )}
        <Numbers found={found} />
        <ProcessGraph process={stored.definition} evidence={stored.evidence} />
      </Panel>
      <Doubts found={found} />
      <Changes found={found} />
      <Panel
        wide
        title="Steps"
        hint="What each step says or calls, where its values come from, and where the log has it."
      >
        <ProcessSteps process={stored.definition} evidence={stored.evidence} onConversation={props.onConversation} />
      </Panel>
      <Slots found={found} />
      <Sources found={found} onConversation={props.onConversation} />
      {asked === 'approve' && (
        <Confirmation
          title={`Approve ${name}?`}
          act="Approve"
          onConfirm={() => void act(() => api.approveProcess({ role, name, version, by: 'dashboard' }))}
          onClose={() => setAsked(null)}
        >
          {role} follows it from the next message on
          {approved === null || approved === version ? '' : ', in place of the version that acts now'}. Train
          afterwards, so that the process mapper knows its steps.
        </Confirmation>
      )}
      {asked === 'retire' && (
        <Confirmation
          title={`Retire ${name}?`}
          act="Retire"
          onConfirm={() => void act(() => api.retireProcess({ role, name, by: 'dashboard' }))}
          onClose={() => setAsked(null)}
        >
          It acts no more and is not proposed again. Approving it brings it back.
        </Confirmation>
      )}
      {asked === 'rename' && (
        <RenameDialog
          name={name}
          onClose={() => setAsked(null)}
          onRename={async (to) => {
            await api.renameProcess({ role, name, to, by: 'dashboard' });
            setAsked(null);
            props.onChange({ role, name: to });
          }}
        />
      )}
    </>
  );
}

function hintOf({ stored: { definition, evidence } }: Found): string {
  if (definition.description !== '') return definition.description;
  return evidence === null ? 'Written by hand.' : 'Found in the log.';
}

function Numbers({ found: { stored } }: { readonly found: Found }) {
  const { evidence } = stored;
  if (evidence === null) return null;
  const figures = [
    ['Runs behind it', String(evidence.support), 'stretches of conversations'],
    ['Coverage', percent(evidence.coverage), 'of all runs of the log'],
    ['Fitness', evidence.fitness.toFixed(2), 'of what runs do, the graph allows'],
    ['Precision', evidence.precision.toFixed(2), 'of what the graph allows, runs do'],
  ] as const;
  return (
    <dl class="process-figures">
      {figures.map(([title, value, note]) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd class="value">{value}</dd>
          <dd class="note">{note}</dd>
        </div>
      ))}
    </dl>
  );
}

function Doubts({ found: { stored } }: { readonly found: Found }) {
  const doubts = stored.evidence?.doubts ?? [];
  if (doubts.length === 0) return null;
  return (
    <Panel title="Doubts" hint="Look at these before you approve.">
      <ul class="plain stack">
        {doubts.map(({ where, reason }) => (
          <li key={`${where} ${reason}`} class="doubt">
            <strong>{where === '' ? 'The whole' : placeText(stored.definition, where)}</strong> {reason}
            {where !== '' && <code class="muted"> {where}</code>}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Changes({ found: { stored, differences } }: { readonly found: Found }) {
  const isOpen = differences !== null && differences.length > 0;
  return (
    <Panel
      title="Versions"
      hint={isOpen ? 'What approving would change of what acts now.' : 'What became of it, newest first.'}
    >
      {isOpen && (
        <ul class="plain diff">
          {differences.flatMap((one) => lines(one).map((line) => <DiffLine key={line} line={line} />))}
        </ul>
      )}
      <ol class="history">
        {stored.history.toReversed().map(({ time, what, by, version }) => (
          <li key={`${time} ${what} ${version}`}>
            <time dateTime={new Date(time).toISOString()} title={fullTime(time)}>
              {ago(time, now())}
            </time>
            <span>
              {what} by {by} <code>{shortId(version)}</code>
            </span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function lines({ what, where, before, after }: ProcessDifference): string[] {
  const body = (value: unknown): string => {
    if (what === 'edge') return '';
    if (what === 'step') return `: ${stepTitle(value as Step)}`;
    if (what === 'slot') return `: ${slotText(value as Slot)}`;
    return `: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
  };
  return [
    ...(before === undefined ? [] : [`− ${what} ${where}${body(before)}`]),
    ...(after === undefined ? [] : [`+ ${what} ${where}${body(after)}`]),
  ];
}

function slotText({ schema, question, required }: Slot): string {
  const asked = question === undefined ? '' : `, asked for with “${question}”`;
  return `${schemaText(schema)}${required ? '' : ', may be left out'}${asked}`;
}

function DiffLine({ line }: { readonly line: string }) {
  const isNew = line.startsWith('+');
  return (
    <li data-new={isNew}>
      <span class="unseen">{isNew ? 'new: ' : 'gone: '}</span>
      <code>{line}</code>
    </li>
  );
}

function Slots({ found: { stored } }: { readonly found: Found }) {
  const { slots } = stored.definition;
  if (slots.length === 0) return null;
  return (
    <Panel title="Values" hint="What the process needs to know from the person.">
      <ul class="plain stack">
        {slots.map(({ name, schema, question, required }) => (
          <li key={name}>
            <strong>{name}</strong> {schemaText(schema)}
            <span class="muted">
              {required ? '; needed' : '; may be left out'}
              {question === undefined ? ', never asked for' : `, asked for with “${question}”`}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Sources(props: { readonly found: Found; readonly onConversation: (id: string) => void }) {
  const conversations = props.found.stored.evidence?.conversations ?? [];
  if (conversations.length === 0) return null;
  const more = conversations.length - conversationsShown;
  return (
    <Panel title="Conversations behind it" hint="The oldest of them; open one to read it.">
      <p class="examples">
        {conversations.slice(0, conversationsShown).map((id) => (
          <ConversationLink key={id} id={id} onOpen={props.onConversation} />
        ))}
        {more > 0 && <span class="muted">and {plural(more, 'other')}</span>}
      </p>
    </Panel>
  );
}
