import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const main = join(import.meta.dirname, '../../mads/grace/cli/main.ts');

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** Only what the test says reaches the command: no setting of the machine it runs on. */
function cleanEnvironment(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(THOUGHT_ENGINE_|NODE_OPTIONS|VITEST)/.test(name));
  return { ...Object.fromEntries(kept), ...more };
}

/** Starts the command as a shell would, in `folder`, with the Node that runs the tests. */
export function startCommand(
  folder: string,
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(process.execPath, [main, ...argv], {
    cwd: folder,
    env: cleanEnvironment(environment),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Runs the command to its end. */
export async function runCommand(
  folder: string,
  argv: readonly string[],
  options: { readonly input?: string; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  const child = startCommand(folder, argv, options.environment);
  child.stdin?.end(options.input ?? '');
  const [out, error, [code]] = await Promise.all([
    text(child.stdout as NodeJS.ReadableStream),
    text(child.stderr as NodeJS.ReadableStream),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code, out, error };
}
