import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import { sha256 } from '../../engine/core/hash.ts';
import { quietLogger, type Logger } from '../../engine/core/logger.ts';
import { canReach, findBinaries, serverUser, type ServerUser } from './binaries.ts';

const database = 'postgres';
const account = 'thought_engine';
/** Start-up and recovery after a kill take 0.1 to 2 s here; the rest is for slow disks. */
const startLimitMs = 60_000;
const stopLimitMs = 10_000;

export interface PostgresServer {
  /** With its password. */
  readonly url: string;
  /** True where this process must stop it; false where another living process owns it. */
  readonly isOwner: boolean;
  stop(): Promise<void>;
}

/** Running server as `postmaster.pid` describes it. */
interface Running {
  readonly pid: number;
  readonly port: number;
}

/**
 * Starts a PostgreSQL server in `<folder>`, or joins the one that runs there: one whose owner was killed is taken over,
 * one that does not answer is stopped first. Listens on loopback with a password of its own; its words go to
 * `<folder>/postgres.log`. As root it runs as another user, and lives in `/var/lib/thought-engine` where that user
 * cannot reach the folder.
 * @throws QUEUE_UNAVAILABLE, RUNTIME_UNAVAILABLE
 */
export async function startPostgres(folder: string, logger: Logger = quietLogger): Promise<PostgresServer> {
  const user = serverUser();
  mkdirSync(folder, { recursive: true });
  const isReachable = user === null || canReach(folder);
  const shared = join('/var/lib/thought-engine', sha256(resolve(folder)).slice(0, 16));
  const home = isReachable ? folder : shared;
  if (!isReachable) {
    mkdirSync(home, { recursive: true, mode: 0o711 });
    logger.info({ folder: home }, 'the user that runs the job queue cannot reach the data folder: it lives elsewhere');
  }
  const binaries = findBinaries(user, '/var/lib/thought-engine');
  const password = passwordOf(home);
  const place: Place = { home, data: join(home, 'data'), password, user, log: join(home, 'postgres.log'), logger };

  if (!existsSync(join(place.data, 'PG_VERSION'))) await initialise(place, binaries.initdb);
  for (let attempt = 1; ; attempt += 1) {
    const running = await joinRunning(place);
    if (running !== null) return own(place, running, null);
    const port = await freePort();
    const server = launch(place, binaries.postgres, port);
    const running2 = await ready(place, server, port);
    if (running2 !== null) return own(place, running2, server);
    // the port was taken meanwhile, or another process was faster: look again
    if (attempt === 3) throw unavailable(place, `the server ended at once; see ${place.log}: ${lastLine(place.log)}`);
  }
}

interface Place {
  readonly home: string;
  readonly data: string;
  readonly password: string;
  readonly user: ServerUser | null;
  readonly log: string;
  readonly logger: Logger;
}

/** Made once, readable by its owner alone. */
function passwordOf(home: string): string {
  const path = join(home, 'password');
  try {
    writeFileSync(path, randomBytes(24).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(path, 'utf8');
}

/** Beside its final place, then renamed: a half-made database is never taken for a whole one. */
async function initialise(place: Place, initdb: string): Promise<void> {
  const fresh = `${place.data}.${process.pid}`;
  const passwordFile = `${fresh}.password`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  writeFileSync(passwordFile, place.password, { mode: 0o600 });
  if (place.user !== null) for (const path of [fresh, passwordFile]) chownSync(path, place.user.uid, place.user.gid);
  const flags = [`--pgdata=${fresh}`, `--username=${account}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  try {
    await promisify(execFile)(initdb, [...flags, '--encoding=UTF8', '--no-locale', '--no-instructions'], {
      ...place.user,
      cwd: place.home,
    });
    renameSync(fresh, place.data);
  } catch (error) {
    if (!existsSync(join(place.data, 'PG_VERSION'))) throw unavailable(place, `initdb: ${messageOf(error)}`, error);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** The server that runs on this folder and answers; one that does not answer is stopped. Null: none runs. */
async function joinRunning(place: Place): Promise<Running | null> {
  const running = readPidFile(place.data);
  if (running === null) return null;
  if (!isAlive(running.pid) || !isPostgres(running.pid)) {
    await removeStalePidFile(place.data);
    return null;
  }
  for (const deadline = performance.now() + 5000; performance.now() < deadline; await sleep(100)) {
    if (await answers(place, running.port)) return running;
    if (!isAlive(running.pid)) return null;
  }
  place.logger.warn({ pid: running.pid }, 'a job queue server does not answer: it is stopped');
  await stopProcess(running.pid);
  return null;
}

/**
 * PostgreSQL itself refuses to start while the number in the file belongs to any process: one that was killed and not
 * reaped, or another program since. Its own remaining processes, which work in the data folder, must be gone first.
 */
async function removeStalePidFile(data: string): Promise<void> {
  if (process.platform !== 'linux') return;
  const isBusy = (): boolean =>
    readdirSync('/proc').some((name) => {
      try {
        return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/cwd`) === realpathSync(data);
      } catch {
        return false;
      }
    });
  for (const deadline = performance.now() + stopLimitMs; performance.now() < deadline; await sleep(50)) {
    if (isBusy()) continue;
    rmSync(join(data, 'postmaster.pid'), { force: true });
    return;
  }
}

/** Detached: an interrupt from the keyboard must not end it before the work that needs it has ended. */
function launch(place: Place, postgres: string, port: number): ChildProcess {
  const log = openSync(place.log, 'a');
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=60',
    'shared_buffers=16MB',
    // PostgreSQL would otherwise keep a large log segment pool for a few kilobytes of jobs
    'max_wal_size=64MB',
    'min_wal_size=32MB',
  ];
  const flags = ['-D', place.data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
  try {
    const options = {
      ...place.user,
      cwd: place.home,
      detached: true,
      stdio: ['ignore', log, log] as ['ignore', number, number],
    };
    const server = spawn(postgres, flags, options);
    server.on('error', () => undefined);
    server.unref();
    return server;
  } finally {
    closeSync(log);
  }
}

/** Null where the server ended before it answered. */
async function ready(place: Place, server: ChildProcess, port: number): Promise<Running | null> {
  for (const deadline = performance.now() + startLimitMs; performance.now() < deadline; await sleep(30)) {
    if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) return null;
    if (readPidFile(place.data)?.pid === server.pid && (await answers(place, port))) return { pid: server.pid, port };
  }
  throw unavailable(place, `the server did not answer within ${startLimitMs / 1000} s; see ${place.log}`);
}

/** Whoever started it owns it; a server whose owner has died belongs to whoever finds it. */
function own(place: Place, running: Running, started: ChildProcess | null): PostgresServer {
  const path = join(place.home, 'owner');
  const owner = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
  const isOwner = started !== null || owner === process.pid || !isAlive(owner);
  if (isOwner) writeFileSync(path, String(process.pid));
  if (started === null) place.logger.info({ pid: running.pid, isOwner }, 'joined a running job queue server');
  const stopAtExit = (): void => {
    try {
      process.kill(running.pid, 'SIGINT');
    } catch {
      // gone already
    }
  };
  if (isOwner) process.once('exit', stopAtExit);
  return {
    url: `postgres://${account}:${place.password}@127.0.0.1:${running.port}/${database}`,
    isOwner,
    stop: async () => {
      if (!isOwner) return;
      process.off('exit', stopAtExit);
      await stopProcess(running.pid);
      rmSync(path, { force: true });
    },
  };
}

/** SIGINT is the fast shutdown: open transactions are rolled back, everything is checkpointed. */
async function stopProcess(pid: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    for (const deadline = performance.now() + stopLimitMs; performance.now() < deadline; await sleep(20)) {
      if (!isAlive(pid)) return;
    }
  }
}

function readPidFile(data: string): Running | null {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    const [pid, port] = [Number(lines[0]), Number(lines[3])];
    return pid > 0 && port > 0 ? { pid, port } : null;
  } catch {
    return null;
  }
}

/** After a restart of the machine the number in `postmaster.pid` may be another program's. */
function isPostgres(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres');
  } catch {
    // no /proc on this system: let the connection attempt decide
    return process.platform !== 'linux';
  }
}

async function answers(place: Place, port: number): Promise<boolean> {
  const client = new Client({
    host: '127.0.0.1',
    port,
    user: account,
    password: place.password,
    database,
    connectionTimeoutMillis: 2000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolvePort(port));
    });
  });
}

/** A zombie that waits for its parent counts as gone. */
function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return process.platform !== 'linux';
  }
}

function lastLine(path: string): string {
  return readFileSync(path, 'utf8').trimEnd().split('\n').at(-1) ?? '';
}

function unavailable(place: Place, detail: string, cause?: unknown): EngineError {
  return new EngineError('QUEUE_UNAVAILABLE', { url: `embedded (${place.home})`, detail }, { cause });
}
