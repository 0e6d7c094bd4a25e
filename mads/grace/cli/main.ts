import { readFileSync } from 'node:fs';
import { Command, CommanderError, Help } from '@commander-js/extra-typings';
import { EngineError } from '../../../engine/core/errors.ts';
import { addBench } from './verbs/bench.ts';
import { addForget } from './verbs/forget.ts';
import { addImport } from './verbs/import.ts';
import { addJobs } from './verbs/jobs.ts';
import { addLabels } from './verbs/labels.ts';
import { addLearning } from './verbs/learning.ts';
import { addModels } from './verbs/models.ts';
import { addProcesses } from './verbs/processes.ts';
import { addReport } from './verbs/report.ts';
import { addRoute } from './verbs/route.ts';
import { addServe } from './verbs/serve.ts';
import { addTrain } from './verbs/train.ts';
import { addUp } from './verbs/up.ts';
import { addDoctor } from './verbs/doctor.ts';
import { addEvaluate } from './verbs/evaluate.ts';
import { createShell, type Shell } from './shell.ts';
import { AnsweredFailure, failure } from './terminal.ts';

/** The command with all its verbs. */
export function createProgram(shell: Shell): Command {
  const program = new Command('thought-engine')
    .description('Learns from conversation history which messages never needed the LLM, and settles those itself.')
    .version(
      (JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string })
        .version,
    )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.streams.out.write(text),
      writeErr: (text) => shell.streams.error.write(text),
      outputError: (text, write) => write(`USAGE: ${fault(text)}; see --help\n`),
    })
    .configureHelp({
      commandDescription: (command) => flowing(command.description()),
      // a flag that may be repeated begins with none, which needs no word
      optionDescription: (option) => new Help().optionDescription(option).replace(' (default: [])', ''),
    })
    .addHelpText(
      'after',
      `
To begin:
  $ thought-engine up                   a desk to try out, at http://127.0.0.1:8787/
  $ thought-engine import logs.jsonl    your own logs; then train, report, serve
  $ thought-engine doctor               what is missing, and how to get it

Settings: flags beat the environment (THOUGHT_ENGINE_...), that beats thought-engine.json, that beats the
defaults. The README lists all of them, and every verb has --help and --json.`,
    );
  program.hook('preAction', (_, verb) => refuseSwallowedFlags(verb.opts()));
  for (const add of [
    addUp,
    addImport,
    addTrain,
    addEvaluate,
    addReport,
    addRoute,
    addServe,
    addModels,
    addProcesses,
    addJobs,
    addForget,
    addLabels,
    addLearning,
    addDoctor,
    addBench,
  ])
    add(program as Command, shell);
  return program as Command;
}

/** Runs one verb. @returns exit code: 0 done, 1 failed, 2 bad use */
export async function run(argv: readonly string[], shell: Shell): Promise<number> {
  try {
    await createProgram(shell).parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof AnsweredFailure) return 1;
    const isJson = argv.includes('--json');
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      if (isJson) shell.streams.out.write(`${failure(usageOf(error), true).text}\n`);
      return 2;
    }
    const { text, exitCode } = failure(error, isJson);
    (isJson ? shell.streams.out : shell.streams.error).write(`${text}\n`);
    return exitCode;
  }
}

/** What the parser of arguments has to say, as an error of ours. */
function usageOf({ code, message }: CommanderError): EngineError {
  const isHelp = code === 'commander.help';
  return new EngineError('USAGE', { detail: isHelp ? 'a verb is missing' : fault(message) });
}

/** A flag without its value takes the next flag for it. @throws USAGE */
function refuseSwallowedFlags(values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'string' || !value.startsWith('--')) continue;
    const flag = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new EngineError('USAGE', { detail: `--${flag} needs a value, not "${value}"` });
  }
}

/** What the parser of arguments says, without its own opening and full stop. */
function fault(text: string): string {
  return oneLine(text)
    .replace(/^error: /, '')
    .replace(/\.$/, '');
}

/** A description whose lines end where the reader's do; what is indented or stands after an empty line begins anew. */
function flowing(text: string): string {
  return text.replaceAll(/(?<=^\S.*)\n(?=\S)/gm, ' ');
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}

if (import.meta.main) {
  const shell = createShell({ out: process.stdout, error: process.stderr }, process.env);
  process.exitCode = await run(process.argv.slice(2), shell);
}
