import { rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { systemClock, type Clock } from '../../engine/core/clock.ts';
import { EngineError } from '../../engine/core/errors.ts';
import type { MinedProcess } from '../../engine/core/mined-process.ts';
import type { Process } from '../../engine/core/process.ts';
import { entriesOf, exclusively, fileNameOf, readText, writeText } from './process-folder.ts';
import { aligned, fingerprintOf, matchProcesses, versionOf } from './process-match.ts';
import { processFileSchema, processSchema } from './process-schema.ts';
import { ProcessText, textOf } from './process-text.ts';
import type { BrokenProcess, ProcessEvent, StoredProcess } from './stored-process.ts';

/** Throws PROCESS_INVALID, naming the step, where a process cannot be executed by its role. */
export type ProcessCheck = (role: string, process: Process) => void | Promise<void>;

/** A definition that acts, under the name of its version. */
export interface ApprovedProcess {
  readonly process: Process;
  readonly version: string;
}

/** What mining brought, by name. */
export interface Proposals {
  readonly fresh: readonly string[];
  /** Known ones that were found to be otherwise now; what was approved of them goes on acting. */
  readonly changed: readonly string[];
  readonly same: readonly string[];
  /** Approved ones that were not found again. */
  readonly missed: readonly string[];
  /** Proposals that were never approved and are no longer found. */
  readonly dropped: readonly string[];
}

const suffix = '.yaml';
const longestHistory = 100;
const missing = 'the newest mining did not find it';

/**
 * The processes of all roles, in files that a person can read: `<role>/<process>.yaml` with what is known of a process,
 * `<role>/versions/<sha256>.yaml` with each definition that was ever approved. A definition that is changed in its file
 * is a proposal like any other. Any number of processes may use one folder at once.
 */
export class ProcessStore {
  readonly #root: string;
  readonly #check: ProcessCheck;
  readonly #clock: Clock;

  /** @param root `<data folder>/processes` */
  constructor(root: string, options: { readonly check?: ProcessCheck; readonly clock?: Clock } = {}) {
    this.#root = root;
    this.#check = options.check ?? (() => undefined);
    this.#clock = options.clock ?? systemClock;
  }

  /** Another text whenever a process of the role may have changed, whoever changed it; cheap to ask for. */
  async stamp(role: string): Promise<string> {
    const folder = join(this.#root, fileNameOf(role));
    const times = (await entriesOf(folder, suffix)).map(async (entry) => {
      const found = await stat(join(folder, entry)).catch(() => null);
      return `${entry} ${found?.mtimeMs ?? 0} ${found?.size ?? 0}`;
    });
    return (await Promise.all(times)).join('\n');
  }

  /** All, or those of one role; one that cannot be read says so in its place. */
  async list(role?: string): Promise<(StoredProcess | BrokenProcess)[]> {
    const folders = role === undefined ? await entriesOf(this.#root, '') : [fileNameOf(role)];
    const found: (StoredProcess | BrokenProcess)[] = [];
    for (const folder of folders) {
      for (const entry of await entriesOf(join(this.#root, folder), suffix)) {
        const name = nameOf(entry);
        try {
          const stored = await this.#read(join(this.#root, folder, entry), name);
          if (stored !== null) found.push(stored);
        } catch (error) {
          const { code, message } = EngineError.from(error);
          found.push({ role: role ?? nameOf(`${folder}${suffix}`), name, fault: `${code}: ${message}` });
        }
      }
    }
    return found;
  }

  /** @throws NOT_FOUND, PROCESS_INVALID naming file and line where it was broken by hand */
  async show(role: string, name: string): Promise<StoredProcess> {
    const stored = await this.#read(this.#path(role, name), name);
    if (stored !== null) return stored;
    const others = (await this.list(role)).map((one) => ('fault' in one ? one.name : one.definition.name));
    const hint =
      others.length === 0 ? 'find some with "thought-engine processes mine"' : `there are ${others.join(', ')}`;
    throw new EngineError('NOT_FOUND', { what: `process of ${role}`, name, hint });
  }

  /** A definition that was approved at some time. @throws NOT_FOUND; PROCESS_INVALID where its file is damaged */
  async version(role: string, version: string): Promise<Process> {
    const path = this.#versionPath(role, version);
    const text = await readText(path);
    if (text === null) {
      const hint = '"thought-engine processes show" lists those that were approved';
      throw new EngineError('NOT_FOUND', { what: 'process version', name: version, hint });
    }
    const process = new ProcessText(text, this.#shown(path), version.slice(0, 12)).read(processSchema) as Process;
    if (versionOf(process) === version) return process;
    const detail = `${this.#shown(path)} was changed after it was approved; approve the process again`;
    throw new EngineError('PROCESS_INVALID', { process: process.name, step: '(all)', detail });
  }

  /** What acts for a role, what a person took away from it, and in one line each what should act but cannot be read. */
  async approved(role: string): Promise<{
    readonly processes: ApprovedProcess[];
    readonly retired: Process[];
    readonly faults: string[];
  }> {
    const processes: ApprovedProcess[] = [];
    const retired: Process[] = [];
    const faults: string[] = [];
    for (const one of await this.list(role)) {
      if ('fault' in one) faults.push(one.fault);
      else if (one.state === 'retired') retired.push(one.definition);
      else if (one.approved !== null) {
        try {
          processes.push({ process: await this.version(role, one.approved), version: one.approved });
        } catch (error) {
          faults.push(EngineError.from(error).message);
        }
      }
    }
    return { processes, retired, faults };
  }

  /** Keeps what was found; nothing of it acts before it is approved. What people decided stays decided. */
  propose(role: string, mined: readonly MinedProcess[]): Promise<Proposals> {
    return exclusively(this.#folder(role), async () => {
      const known = (await this.list(role)).filter((one): one is StoredProcess => !('fault' in one));
      const matches = matchProcesses(mined, known);
      const outcome = { fresh: [], changed: [], same: [], missed: [], dropped: [] } as Record<
        keyof Proposals,
        string[]
      >;
      const names = new Set(known.map((one) => one.definition.name));
      for (const candidate of mined) {
        const before = matches.get(candidate);
        const kept =
          before === undefined ? await this.#fresh(role, candidate, names) : await this.#again(before, candidate);
        names.add(kept.name);
        outcome[kept.kind].push(kept.name);
      }
      const found = new Set(matches.values());
      for (const one of known) {
        if (found.has(one) || one.evidence === null || one.state === 'retired') continue;
        const { name } = one.definition;
        if (one.approved === null && one.mined === fingerprintOf(one.definition)) {
          await rm(this.#path(role, name), { force: true });
          outcome.dropped.push(name);
        } else {
          const doubts = one.evidence.doubts.filter((doubt) => doubt.reason !== missing);
          await this.#write({
            ...one,
            evidence: { ...one.evidence, doubts: [...doubts, { where: '', reason: missing }] },
          });
          outcome.missed.push(name);
        }
      }
      return outcome;
    });
  }

  /**
   * Keeps a definition that a person wrote or changed, as a proposal.
   * @param text where it stands in a text, errors name the line
   * @throws PROCESS_INVALID
   */
  put(role: string, process: Process, by: string, text?: ProcessText): Promise<StoredProcess> {
    return exclusively(this.#folder(role), async () => {
      await this.#checked(role, process, text);
      const before = await this.#read(this.#path(role, process.name), process.name);
      const version = versionOf(process);
      if (before?.version === version && before.state !== 'retired') return before;
      const state = before?.approved === version ? 'approved' : 'proposed';
      const { approved = null, mined = null, evidence = null, history = [] } = before ?? {};
      const kept = { role, state, version, approved, mined, definition: process, evidence, history } as const;
      return this.#write(this.#told(kept, before === null ? 'written' : 'changed', by));
    });
  }

  /**
   * Makes a definition act: the one that is proposed, or one that was approved before.
   * @param expected version that was looked at, or its first digits
   * @throws REGISTRY_CONFLICT where it is another one by now, PROCESS_INVALID, NOT_FOUND
   */
  approve(role: string, name: string, by: string, expected?: string): Promise<StoredProcess> {
    return exclusively(this.#folder(role), async () => {
      const one = await this.show(role, name);
      const isShown = expected === undefined || one.version.startsWith(expected);
      const earlier = isShown ? undefined : one.history.findLast((event) => event.version.startsWith(expected));
      if (!isShown && (earlier === undefined || (await readText(this.#versionPath(role, earlier.version))) === null)) {
        throw new EngineError('REGISTRY_CONFLICT', { role, expected, actual: one.version.slice(0, 12) });
      }
      const definition = earlier === undefined ? one.definition : await this.version(role, earlier.version);
      const source = (await readText(this.#path(role, name))) ?? '';
      await this.#checked(role, definition, new ProcessText(source, this.#shown(this.#path(role, name)), name));
      const version = versionOf(definition);
      await writeText(this.#versionPath(role, version), textOf(definition));
      if (one.state === 'approved' && one.version === version && one.approved === version) return one;
      const kept = { ...one, definition, version, approved: version, state: 'approved' } as const;
      return this.#write(this.#told(kept, 'approved', by));
    });
  }

  /** It acts no more, and mining does not propose it again; `approve` brings it back. @throws NOT_FOUND */
  retire(role: string, name: string, by: string): Promise<StoredProcess> {
    return exclusively(this.#folder(role), async () => {
      const one = await this.show(role, name);
      if (one.state === 'retired') return one;
      return this.#write(this.#told({ ...one, state: 'retired', approved: null }, 'retired', by));
    });
  }

  /** Another name for the same steps: what was approved stays approved. @throws NOT_FOUND, BAD_REQUEST where it is taken */
  rename(role: string, name: string, to: string, by: string): Promise<StoredProcess> {
    return exclusively(this.#folder(role), async () => {
      const one = await this.show(role, name);
      if (to === name) return one;
      if ((await readText(this.#path(role, to))) !== null) {
        throw new EngineError('BAD_REQUEST', { detail: `${role} has a process named "${to}" already` });
      }
      const definition = { ...one.definition, name: to };
      const acting = one.approved === null ? null : { ...(await this.version(role, one.approved)), name: to };
      if (acting !== null) await writeText(this.#versionPath(role, versionOf(acting)), textOf(acting));
      const approved = acting === null ? null : versionOf(acting);
      const kept = { ...one, definition, version: versionOf(definition), approved };
      const written = await this.#write(this.#told(kept, `renamed from ${name}`, by));
      await rm(this.#path(role, name), { force: true });
      return written;
    });
  }

  async #fresh(role: string, candidate: MinedProcess, names: ReadonlySet<string>) {
    const { process, ...evidence } = candidate;
    let name = process.name;
    for (let next = 2; names.has(name); next += 1) name = `${process.name} ${next}`;
    const definition = { ...process, name };
    const [version, mined] = [versionOf(definition), fingerprintOf(definition)];
    const kept = { role, state: 'proposed', version, approved: null, mined, definition, evidence } as const;
    await this.#write(this.#told({ ...kept, history: [] }, 'found', 'mining'));
    return { kind: 'fresh', name } as const;
  }

  async #again(before: StoredProcess, candidate: MinedProcess) {
    const { process: definition, ...evidence } = aligned(candidate, before.definition);
    const { name } = before.definition;
    const [version, mined] = [versionOf(definition), fingerprintOf(definition)];
    // A person's own changes are not taken back because mining finds once more what it found before.
    const isNews = mined !== before.mined && mined !== fingerprintOf(before.definition) && before.state !== 'retired';
    if (!isNews) {
      await this.#write({ ...before, mined, evidence });
      return { kind: 'same', name } as const;
    }
    const state = version === before.approved ? 'approved' : 'proposed';
    await this.#write(this.#told({ ...before, state, version, mined, definition, evidence }, 'found', 'mining'));
    return { kind: 'changed', name } as const;
  }

  async #read(path: string, name: string): Promise<StoredProcess | null> {
    const text = await readText(path);
    if (text === null) return null;
    const source = new ProcessText(text, this.#shown(path), name);
    const stored = source.read(processFileSchema) as StoredProcess;
    if (this.#path(stored.role, stored.definition.name) !== path) {
      const detail = `the file is not called like it; "thought-engine processes edit --rename" gives another name`;
      const { start: step, name: process } = stored.definition;
      throw source.located(new EngineError('PROCESS_INVALID', { process, step, detail }));
    }
    const version = versionOf(stored.definition);
    if (version === stored.version) return stored;
    // changed in the file: what was approved goes on acting
    return { ...stored, version, state: version === stored.approved ? 'approved' : 'proposed' };
  }

  async #checked(role: string, process: Process, text: ProcessText | undefined): Promise<void> {
    try {
      await this.#check(role, process);
    } catch (error) {
      if (text !== undefined && EngineError.isInstance(error)) throw text.located(error);
      throw error;
    }
  }

  #told(one: StoredProcess, what: string, by: string): StoredProcess {
    const event: ProcessEvent = { time: this.#clock.now(), what, by, version: one.version };
    return { ...one, history: [...one.history, event].slice(-longestHistory) };
  }

  async #write(one: StoredProcess): Promise<StoredProcess> {
    const { role, state, version, approved, mined, definition, evidence, history } = one;
    const comment = `A process of ${role}. What is changed under "definition" is a proposal, and acts once it is approved:\nthought-engine processes approve --role ${role} ${JSON.stringify(definition.name)}`;
    const content = { role, state, version, approved, mined, definition, evidence, history };
    await writeText(this.#path(role, definition.name), textOf(content, comment));
    return one;
  }

  #folder(role: string): string {
    return join(this.#root, fileNameOf(role));
  }

  #path(role: string, name: string): string {
    return join(this.#folder(role), `${fileNameOf(name)}${suffix}`);
  }

  #versionPath(role: string, version: string): string {
    return join(this.#folder(role), 'versions', `${fileNameOf(version)}${suffix}`);
  }

  #shown(path: string): string {
    return relative(join(this.#root, '..'), path);
  }
}

function nameOf(entry: string): string {
  const bare = entry.slice(0, -suffix.length);
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare;
  }
}
