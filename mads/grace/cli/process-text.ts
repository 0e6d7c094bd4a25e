import type { ProcessDifference } from '../../../datasets/processes/process-diff.ts';
import { edgeName, stepLine } from '../../../datasets/processes/process-words.ts';
import type { BrokenProcess, ProcessEvidence } from '../../../datasets/processes/stored-process.ts';
import type { Origin, Process } from '../../../engine/core/process.ts';
import type { Approvals, ProcessSummary, ProcessView } from '../process-office.ts';
import { percent, table } from './terminal.ts';

const examplesShown = 3;
const wordingsShown = 3;

/** Digits of a version that tell it from others. */
function shortVersion(version: string): string {
  return version.slice(0, 12);
}

export function listText(listed: readonly (ProcessSummary | BrokenProcess)[]): string {
  if (listed.length === 0) return 'no processes yet: "thought-engine processes mine" finds them in the log';
  const whole = listed.filter((one): one is ProcessSummary => !('fault' in one));
  const rows = whole.map((one) => [
    one.role,
    one.name,
    stateText(one),
    one.steps,
    one.support ?? '–',
    percent(one.coverage),
    figure(one.fitness),
    figure(one.precision),
    one.doubts,
    shortVersion(one.version),
  ]);
  const head = ['role', 'process', 'state', 'steps', 'runs', 'coverage', 'fitness', 'precision', 'doubts', 'version'];
  const broken = listed.flatMap((one) => ('fault' in one ? [one.fault] : []));
  return [...(rows.length === 0 ? [] : [table(head, rows)]), ...broken].join('\n');
}

function stateText({ state, version, approved }: Pick<ProcessSummary, 'state' | 'version' | 'approved'>): string {
  if (state !== 'proposed' || approved === null || approved === version) return state;
  return 'approved, change proposed';
}

/** What came of an edit, and what would come next; whole where nothing of it acts that it could be compared with. */
export function editedText(view: ProcessView): string {
  const { stored, objection, differences } = view;
  const { role, definition, approved, state } = stored;
  if (approved === null) return showText(view);
  if (state !== 'proposed') return `${nameText(view)}; nothing was changed`;
  const next = objection ?? `next: thought-engine processes approve --role ${role} "${definition.name}"`;
  return [nameText(view), 'approving would change:', diffText(differences), next].join('\n');
}

/** Name, role, state and version, in one line. */
export function nameText({ stored }: ProcessView): string {
  return `${stored.definition.name} of ${stored.role}: ${stateText(stored)}, version ${shortVersion(stored.version)}`;
}

export function showText({ stored, objection, differences }: ProcessView): string {
  const { role, definition, evidence, version, approved, history } = stored;
  const acts = approved === null ? 'nothing of it acts' : `version ${shortVersion(approved)} acts`;
  return [
    `${definition.name} (${role}): ${stateText(stored)}, version ${shortVersion(version)}; ${acts}`,
    ...(definition.description === '' ? [] : [definition.description]),
    ...(evidence === null ? ['written by hand'] : [figuresText(evidence)]),
    '',
    ...stepsText(definition, evidence),
    '',
    ...edgesText(definition, evidence),
    ...slotsText(definition),
    ...(evidence === null ? [] : evidenceText(evidence)),
    ...(objection === null ? [] : ['', `cannot be approved as it stands: ${objection}`]),
    ...(differences === null || differences.length === 0 ? [] : ['', 'approving would change:', diffText(differences)]),
    '',
    'history:',
    ...history.map(
      ({ time, what, by, version: of }) =>
        `  ${new Date(time).toISOString().slice(0, 16).replace('T', ' ')}  ${what} by ${by} (${shortVersion(of)})`,
    ),
  ].join('\n');
}

function figuresText({ support, coverage, fitness, precision }: ProcessEvidence): string {
  return `${support} runs, ${percent(coverage)} of all runs; fitness ${figure(fitness)}, precision ${figure(precision)}`;
}

function stepsText({ steps, start }: Process, evidence: ProcessEvidence | null): string[] {
  const rows = steps.map((step) => {
    const seen = evidence?.steps.find((one) => one.step === step.id);
    const marks = [
      ...(step.id === start ? ['start'] : []),
      ...(seen?.isOptional === true ? ['optional'] : []),
      ...(seen?.isRepeated === true ? ['repeated'] : []),
    ];
    const more = step.kind === 'call' ? argumentsText(step.arguments) : step.kind === 'ask' ? `fills ${step.slot}` : '';
    const said = [stepLine(step), more].filter((part) => part !== '').join('\n');
    return [step.id, step.kind, said, seen === undefined ? '–' : `${seen.runs}`, marks.join(', ')];
  });
  return [table(['step', 'kind', 'what', 'runs', ''], rows)];
}

function argumentsText(given: Readonly<Record<string, Origin>>): string {
  return Object.entries(given)
    .map(([name, origin]) => {
      if (origin.from === 'slot') return `${name} from slot ${origin.slot}`;
      if (origin.from === 'result') return `${name} from ${origin.step}.${origin.path}`;
      return `${name} = ${JSON.stringify(origin.value)}`;
    })
    .join('\n');
}

function edgesText({ edges }: Process, evidence: ProcessEvidence | null): string[] {
  const rows = edges.map((edge) => {
    const seen = evidence?.edges.find(({ from, to }) => from === edge.from && to === edge.to);
    return [edgeName(edge), seen === undefined ? '–' : `${seen.runs}`];
  });
  return rows.length === 0 ? [] : [table(['way', 'runs'], rows)];
}

function slotsText({ slots }: Process): string[] {
  if (slots.length === 0) return [];
  const rows = slots.map(({ name, schema, question = '–', required }) => [
    name,
    JSON.stringify(schema),
    question,
    required ? 'yes' : 'no',
  ]);
  return ['', table(['slot', 'schema', 'question', 'required'], rows)];
}

function evidenceText({ doubts, steps, conversations }: ProcessEvidence): string[] {
  const examples = steps.flatMap(({ step, wordings, witnesses }) => [
    ...wordings.slice(0, wordingsShown).map(({ text, count }) => `  ${step}  ${count} ×  ${text}`),
    ...witnesses
      .slice(0, 1)
      .map(({ conversation, message }) => `  ${step}  seen in ${conversation}, message ${message}`),
  ]);
  return [
    '',
    doubts.length === 0 ? 'nothing is doubtful' : 'doubtful:',
    ...doubts.map(({ where, reason }) => `  ${where === '' ? 'the whole' : where}: ${reason}`),
    ...(examples.length === 0 ? [] : ['', 'examples:', ...examples]),
    ...(conversations.length === 0
      ? []
      : [
          '',
          `conversations: ${conversations.slice(0, examplesShown).join(', ')}${conversations.length > examplesShown ? `, … (${conversations.length})` : ''}`,
        ]),
  ];
}

export function diffText(differences: readonly ProcessDifference[] | null): string {
  if (differences === null) return 'nothing of it acts yet: all of it is new';
  if (differences.length === 0) return 'no difference from what acts';
  return differences
    .flatMap(({ what, where, before, after }) => [
      ...(before === undefined ? [] : [`- ${what} ${where}${bodyText(what, before)}`]),
      ...(after === undefined ? [] : [`+ ${what} ${where}${bodyText(what, after)}`]),
    ])
    .join('\n');
}

function bodyText(what: ProcessDifference['what'], body: unknown): string {
  return what === 'edge' ? '' : `: ${typeof body === 'string' ? body : JSON.stringify(body)}`;
}

export function approvalsText({ approved, left }: Approvals): string {
  if (approved.length + left.length === 0) return 'nothing is proposed';
  return [
    ...approved.map(({ role, name, version }) => `${name} of ${role} acts in version ${shortVersion(version)}`),
    ...left.map(({ role, name, reason }) => `left: ${name} of ${role}: ${reason}`),
  ].join('\n');
}

function figure(share: number | null): string {
  return share === null ? '–' : share.toFixed(2);
}
