import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { familyOf, figuresOf } from './process-memory.ts';

const main = fileURLToPath(new URL('../../../mads/grace/cli/main.ts', import.meta.url));

export interface Ran {
  /** The JSON document that the command printed. */
  readonly document: unknown;
  readonly seconds: number;
  /** Processor time of the command and what it started, as last seen; within 0.2 s for each process. */
  readonly cpuSeconds: number;
  /** Largest memory of a single process among them. */
  readonly peakRssMb: number;
}

/** Runs a verb of the command to its end and watches what it takes. */
export async function runCommand(args: readonly string[], nodeArgs: readonly string[] = []): Promise<Ran> {
  const started = performance.now();
  const child = spawn(process.execPath, [...nodeArgs, main, ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const seen = new Map<number, { cpuSeconds: number; peakRssMb: number }>();
  const watch = setInterval(() => {
    for (const pid of familyOf(child.pid as number)) {
      const { cpuSeconds, peakRssMb } = figuresOf(pid);
      if (peakRssMb > 0) seen.set(pid, { cpuSeconds, peakRssMb });
    }
  }, 200);
  let text = '';
  child.stdout.on('data', (piece: Buffer) => (text += piece.toString('utf8')));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`${args[0] ?? ''} ended with ${code}: ${text.slice(0, 2000)}`);
  const all = [...seen.values()];
  return {
    document: JSON.parse(text),
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: all.reduce((sum, one) => sum + one.cpuSeconds, 0),
    peakRssMb: Math.max(0, ...all.map((one) => one.peakRssMb)),
  };
}

export interface Served {
  readonly url: string;
  readonly pid: number;
  /** True where models serve. */
  readonly ready: boolean;
  /** From start to the ready answer. */
  readonly startSeconds: number;
  stop(): Promise<void>;
}

/** A real server process on a free port. */
export async function startServer(
  dataDir: string,
  options: {
    readonly args?: readonly string[];
    readonly nodeArgs?: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): Promise<Served> {
  const started = performance.now();
  const args = [...(options.nodeArgs ?? []), main, 'serve', '--port', '0', '--data-dir', dataDir, '--json'];
  const child = spawn(process.execPath, [...args, ...(options.args ?? [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, THOUGHT_ENGINE_LOG_LEVEL: 'silent', ...options.environment },
  });
  const ready = (await firstDocument(child)) as { url: string; ready: boolean };
  return {
    url: ready.url,
    pid: child.pid as number,
    ready: ready.ready,
    startSeconds: (performance.now() - started) / 1000,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A script of ours in a process of its own, which prints one line of JSON when it is ready. */
export async function startScript(path: string, args: readonly string[]): Promise<Served> {
  const started = performance.now();
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const { url } = (await firstDocument(child)) as { url: string };
  return {
    url,
    pid: child.pid as number,
    ready: true,
    startSeconds: (performance.now() - started) / 1000,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function firstDocument(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (piece: Buffer) => {
      text += piece.toString('utf8');
      try {
        resolve(JSON.parse(text));
      } catch {
        // more is to come
      }
    });
    child.once('close', (code) => reject(new Error(`it ended with ${code} before it was ready: ${text}`)));
  });
}
