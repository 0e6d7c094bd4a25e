import { expect, it } from 'vitest';
import { createProgram } from '../../mads/grace/cli/main.ts';
import { createShell } from '../../mads/grace/cli/shell.ts';

/** Verb: its arguments and flags. Scripts call these. */
const pinned = {
  '': '--version',
  up: '--port --host --level --imperator --device --queue-url --default-role --no-learn --data-dir --json',
  import: '<path...> --format --role --data-dir --json',
  train: '--role --tier --alpha --device --data-dir --json',
  evaluate: '--role --data --data-dir --json',
  report: '--role --data-dir --json',
  route: '<text> --role --conversation --explain --data-dir --json',
  serve: '--port --host --level --imperator --device --queue-url --default-role --no-learn --data-dir --json',
  models: '',
  'models list': '--data-dir --json',
  'models show': '<bundle> --data-dir --json',
  'models promote': '<bundle> --data-dir --json',
  'models rollback': '<role> --data-dir --json',
  'models diff': '<from> <to> --data-dir --json',
  'models estimate': '<bundle> [other] --data-dir --json',
  'models prune': '--keep --dry-run --data-dir --json',
  processes: '',
  'processes mine': '--role --min-support --data-dir --json',
  'processes list': '--role --data-dir --json',
  'processes show': '<name> --mermaid --role --data-dir --json',
  'processes approve': '[name] --to --all --min-support --min-fitness --max-doubts --role --data-dir --json',
  'processes edit': '<name> --file --rename --role --data-dir --json',
  'processes diff': '<name> --role --data-dir --json',
  'processes remove': '<name> --role --data-dir --json',
  jobs: '',
  'jobs list': '--data-dir --json',
  'jobs show': '<id> --data-dir --json',
  'jobs retry': '<id> --data-dir --json',
  'jobs cancel': '<id> --data-dir --json',
  forget: '<conversation> --data-dir --json',
  labels: '',
  learning: '--role --data-dir --json',
  'labels next': '--role --limit --data-dir --json',
  'labels answer': '<decision> <verdict> --note --data-dir --json',
  doctor: '--data-dir --json',
  bench:
    '<subject> --train --val --test --verifier --decisions --processes --holdout --folds --learn-every --explore --stream --growth --shots --peers --seeds --alpha --device --json',
};

interface Verb {
  name(): string;
  readonly registeredArguments: readonly { name(): string; readonly variadic: boolean; readonly required: boolean }[];
  readonly options: readonly { readonly long?: string | undefined }[];
  readonly commands: readonly Verb[];
}

function surface(verb: Verb, path = ''): [string, string][] {
  const given = verb.registeredArguments.map((one) => {
    const name = `${one.name()}${one.variadic ? '...' : ''}`;
    return one.required ? `<${name}>` : `[${name}]`;
  });
  const flags = verb.options.map((option) => option.long ?? '');
  const inner = verb.commands.flatMap((each) => surface(each, `${path} ${each.name()}`.trim()));
  return [[path, [...given, ...flags].join(' ')], ...inner];
}

it('verbs keep their arguments and flags', () => {
  const streams = { out: { write: () => undefined }, error: { write: () => undefined } };
  const program = createProgram(createShell(streams, {}));
  expect(program.name()).toBe('thought-engine');
  expect(Object.fromEntries(surface(program))).toEqual(pinned);
});
