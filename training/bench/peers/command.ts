import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const mostOutput = 256 * 1024 * 1024;

/** Standard output of a command. @throws where it is missing or ends with an error */
export async function outputOf(command: string, given: readonly string[]): Promise<string> {
  const { stdout } = await run(command, [...given], { maxBuffer: mostOutput });
  return stdout;
}

export async function works(command: string, given: readonly string[]): Promise<boolean> {
  try {
    await outputOf(command, given);
    return true;
  } catch {
    return false;
  }
}

/** A folder that is gone afterwards. */
export async function inFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'thought-engine-peer-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
