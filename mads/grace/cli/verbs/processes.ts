import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { text as allOf } from 'node:stream/consumers';
import type { Command } from '@commander-js/extra-typings';
import { EngineError, messageOf } from '../../../../engine/core/errors.ts';
import type { ApprovalPolicy } from '../../process-office.ts';
import type { DeskDoor } from '../desk-door.ts';
import { askDesk, ofRole } from '../desk-question.ts';
import { approvalsText, diffText, editedText, listText, nameText, showText } from '../process-text.ts';
import type { Shell } from '../shell.ts';
import type { Terminal } from '../terminal.ts';
import { addMine } from './mine.ts';

const example = `
Examples:
  $ thought-engine processes mine                     find the processes that the log holds
  $ thought-engine processes show refund --mermaid    look at one
  $ thought-engine processes approve refund           let it act
  $ thought-engine train                              teach the process mapper to follow it`;

/** What people do with processes; where a server runs it is asked, else the folder is opened here. */
export function addProcesses(program: Command, shell: Shell): void {
  const processes = program
    .command('processes')
    .summary('find the processes that a log holds, look at them, approve, change and retire them')
    .description(
      `A process is what the assistant does again and again: questions, calls and replies, in an order, with branches.
"mine" finds them in the log and keeps them as proposals. A proposal does nothing before it is approved, by a person or by
the policy of the settings approveMinSupport and approveMinFitness. What is found to have changed is proposed anew, while
the approved version goes on acting.`,
    )
    .addHelpText('after', example);
  addMine(processes as Command, shell);

  processes
    .command('list')
    .description(
      'all processes with their figures; fitness: share of the runs that the graph allows, precision: share of the graph that the runs use',
    )
    .option('--role <name>', 'one role alone')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action((flags) => askDesk(shell, flags, (door) => door.ask('processes', ofRole(flags)), listText));

  processes
    .command('show')
    .description('one process: steps, order, branches, numbers, doubts, examples')
    .argument('<name>', 'of the process')
    .option('--mermaid', 'print its drawing as Mermaid text, and nothing else')
    .option('--role <name>', 'where several roles have one of this name')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action((name, flags) =>
      askDesk(
        shell,
        flags,
        (door) => door.ask('process', { ...ofRole(flags), name }),
        (view) => (flags.mermaid === true ? view.mermaid : showText(view)),
      ),
    );

  processes
    .command('approve')
    .description('let a process act: the proposed version, or one that was approved before')
    .argument('[name]', 'of the process')
    .option('--to <version>', 'act in this version only, as show and list print it; an earlier one goes back to it')
    .option('--all', 'every proposal with enough runs and fitness, in place of a name')
    .option('--min-support <runs>', 'with --all: runs behind it, at least')
    .option('--min-fitness <share>', 'with --all: share of the runs that it explains, at least (0 to 1)')
    .option(
      '--max-doubts <n>',
      'with --all: doubts of the search that it may have; with more a person has to look',
      '0',
    )
    .option('--role <name>', 'one role alone')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action((name, flags) => {
      const asked =
        name !== undefined
          ? { name, ...(flags.to === undefined ? {} : { version: flags.to }) }
          : { policy: policyOf(flags) };
      if (name !== undefined && flags.all === true) throw usage('name a process or say --all, not both');
      return askDesk(
        shell,
        flags,
        (door) => door.ask('approveProcess', { ...ofRole(flags), ...asked, by: person() }),
        approvalsText,
      );
    });

  processes
    .command('edit')
    .description('change a definition in $EDITOR, or take it from a file; what comes of it is a proposal')
    .argument('<name>', 'of the process; a new one where there is none')
    .option('--file <path>', 'YAML or JSON with the definition; - reads stdin')
    .option('--rename <name>', 'only give it another name; what is approved stays so')
    .option('--role <name>', 'whose process it is')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action((name, flags) =>
      askDesk(
        shell,
        flags,
        async (door, terminal) => {
          const of = { ...ofRole(flags), name };
          if (flags.rename !== undefined) return door.ask('renameProcess', { ...of, to: flags.rename, by: person() });
          const text = flags.file === undefined ? await edited(shell, door, of, terminal) : await read(flags.file);
          return door.ask('editProcess', { ...of, text, by: person() });
        },
        flags.rename === undefined ? editedText : nameText,
      ),
    );

  processes
    .command('diff')
    .description('what approving a process would change of what acts')
    .argument('<name>', 'of the process')
    .option('--role <name>', 'where several roles have one of this name')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action((name, flags) =>
      askDesk(
        shell,
        flags,
        async (door) => (await door.ask('process', { ...ofRole(flags), name })).differences,
        diffText,
      ),
    );

  processes
    .command('remove')
    .description(
      'retire a process: it acts no more, its calls go to the LLM, and it is not proposed again; approve brings it back',
    )
    .argument('<name>', 'of the process')
    .option('--role <name>', 'where several roles have one of this name')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action((name, flags) =>
      askDesk(
        shell,
        flags,
        (door) => door.ask('retireProcess', { ...ofRole(flags), name, by: person() }),
        ({ stored }) => `${stored.definition.name} of ${stored.role} is retired`,
      ),
    );
}

function policyOf(flags: {
  readonly all?: true | undefined;
  readonly minSupport?: string | undefined;
  readonly minFitness?: string | undefined;
  readonly maxDoubts?: string | undefined;
}): ApprovalPolicy {
  if (flags.all !== true) throw usage('name a process, or say --all --min-support N --min-fitness X');
  if (flags.minSupport === undefined || flags.minFitness === undefined) {
    throw usage('--all needs --min-support and --min-fitness: they are the policy by which proposals act unseen');
  }
  const [minSupport, minFitness] = [Number(flags.minSupport), Number(flags.minFitness)];
  if (!(minSupport >= 0)) throw usage(`--min-support takes a number of runs, not ${flags.minSupport}`);
  if (!(minFitness >= 0 && minFitness <= 1))
    throw usage(`--min-fitness takes a share from 0 to 1, not ${flags.minFitness}`);
  const maxDoubts = Number(flags.maxDoubts ?? 0);
  if (!(Number.isInteger(maxDoubts) && maxDoubts >= 0))
    throw usage(`--max-doubts takes a number of doubts, not ${flags.maxDoubts}`);
  return { minSupport, minFitness, maxDoubts };
}

function usage(detail: string): EngineError {
  return new EngineError('USAGE', { detail });
}

function person(): string {
  try {
    return userInfo().username;
  } catch {
    return 'owner';
  }
}

async function read(path: string): Promise<string> {
  try {
    return path === '-' ? await allOf(process.stdin) : await readFile(path, 'utf8');
  } catch (error) {
    throw new EngineError('FILE_UNREADABLE', { path, detail: messageOf(error) }, { cause: error });
  }
}

/** The definition after the person's editor has closed. @throws USAGE where there is no editor, or nothing was changed */
async function edited(
  shell: Shell,
  door: DeskDoor,
  of: { readonly role?: string; readonly name: string },
  terminal: Terminal,
): Promise<string> {
  const editor = shell.environment['VISUAL'] ?? shell.environment['EDITOR'];
  if (editor === undefined || editor === '') throw usage('set EDITOR, or give the definition with --file');
  const { text } = await door.ask('process', of);
  const folder = await mkdtemp(join(tmpdir(), 'process-'));
  const path = join(folder, 'process.yaml');
  try {
    await writeFile(path, text);
    terminal.say(`waiting for ${editor}`);
    // through a shell, since EDITOR may hold flags
    const child = spawn('/bin/sh', ['-c', `${editor} "$0"`, path], { stdio: 'inherit' });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw usage(`${editor} ended with code ${code}; nothing was changed`);
    return await readFile(path, 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
