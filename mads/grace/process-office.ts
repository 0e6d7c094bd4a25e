import { z } from 'zod';
import { ProcessDefinition } from '../../engine/action/process-definition.ts';
import type { Config } from '../../engine/core/config.ts';
import { EngineError } from '../../engine/core/errors.ts';
import type { Process } from '../../engine/core/process.ts';
import { mermaidOf } from '../../datasets/processes/mermaid.ts';
import { compareProcesses, type ProcessDifference } from '../../datasets/processes/process-diff.ts';
import { processSchema } from '../../datasets/processes/process-schema.ts';
import { ProcessStore } from '../../datasets/processes/process-store.ts';
import { ProcessText, textOf } from '../../datasets/processes/process-text.ts';
import type { BrokenProcess, ProcessState, StoredProcess } from '../../datasets/processes/stored-process.ts';

/** What a mined process must have for it to act without a person having looked at it. */
export interface ApprovalPolicy {
  /** Runs behind it, at least. */
  readonly minSupport: number;
  /** Share of the runs' moves that the graph allows, at least; 0 to 1. */
  readonly minFitness: number;
  /** Doubts that it may have, usually none: what the search was unsure of waits for a person. */
  readonly maxDoubts: number;
}

/** One line of the list. */
export interface ProcessSummary {
  readonly role: string;
  readonly name: string;
  readonly state: ProcessState;
  readonly version: string;
  /** Version that acts; another one than `version` where a change waits. */
  readonly approved: string | null;
  readonly steps: number;
  readonly support: number | null;
  readonly coverage: number | null;
  readonly fitness: number | null;
  readonly precision: number | null;
  readonly doubts: number;
}

/** A process with all that a person needs to decide about it. */
export interface ProcessView {
  readonly stored: StoredProcess;
  /** Why it cannot be approved as it stands; null where it can. */
  readonly objection: string | null;
  /** What approving would change of what acts; null where nothing acts. */
  readonly differences: readonly ProcessDifference[] | null;
  readonly mermaid: string;
  /** The definition as a person edits it. */
  readonly text: string;
}

/** The policy of a configuration; null where a person has to approve everything. */
export function policyOf(
  config: Pick<Config, 'approveMinFitness' | 'approveMaxDoubts'> & { readonly approveMinSupport?: number | undefined },
): ApprovalPolicy | null {
  const { approveMinSupport: minSupport, approveMinFitness: minFitness, approveMaxDoubts: maxDoubts } = config;
  return minSupport === undefined ? null : { minSupport, minFitness, maxDoubts };
}

export interface Approvals {
  readonly approved: readonly { readonly role: string; readonly name: string; readonly version: string }[];
  readonly left: readonly { readonly role: string; readonly name: string; readonly reason: string }[];
}

const word = z.string().min(1);
export const which = z.strictObject({ role: word.optional(), name: word });
export const approveRequest = z.strictObject({
  role: word.optional(),
  name: word.optional(),
  /** Version that was looked at, or one that was approved before. */
  version: word.optional(),
  /** All proposals that the policy lets pass. */
  policy: z
    .strictObject({
      minSupport: z.number().min(0),
      minFitness: z.number().min(0).max(1),
      maxDoubts: z.number().int().min(0).default(0),
    })
    .optional(),
  by: word.default('owner'),
});
export const editRequest = z.strictObject({ role: word.optional(), name: word, text: word, by: word.default('owner') });
export const renameRequest = z.strictObject({ role: word.optional(), name: word, to: word, by: word.default('owner') });
export const retireRequest = z.strictObject({ role: word.optional(), name: word, by: word.default('owner') });

export interface OfficeParts {
  /** Folder of the store. */
  readonly folder: string;
  /** Tools that a role's process may call. */
  readonly tools: (role: string) => Promise<readonly string[]>;
  /** Told when something else acts for a role than before. */
  readonly onChange?: (role: string) => Promise<void>;
}

/** What people do with processes: look, approve, change, retire. Takes and gives plain JSON. */
export class ProcessOffice {
  readonly #store: ProcessStore;
  readonly #parts: OfficeParts;

  constructor(parts: OfficeParts) {
    this.#parts = parts;
    this.#store = new ProcessStore(parts.folder, { check: (role, process) => this.#check(role, process) });
  }

  async list(role?: string): Promise<readonly (ProcessSummary | BrokenProcess)[]> {
    return (await this.#store.list(role)).map((one) => ('fault' in one ? one : summaryOf(one)));
  }

  /** @throws NOT_FOUND, PROCESS_INVALID */
  async show(input: z.output<typeof which>): Promise<ProcessView> {
    const stored = await this.#store.show(await this.#roleOf(input), input.name);
    const { role, definition, approved } = stored;
    const objection = await this.#check(role, definition).then(
      () => null,
      (error: unknown) => EngineError.from(error).message,
    );
    const acting = approved === null ? null : await this.#store.version(role, approved);
    return {
      stored,
      objection,
      differences: acting === null ? null : compareProcesses(acting, definition),
      mermaid: mermaidOf(definition, stored.evidence?.edges),
      text: textOf(definition),
    };
  }

  /** @throws NOT_FOUND, PROCESS_INVALID, REGISTRY_CONFLICT where it changed since it was looked at */
  async approve(input: z.output<typeof approveRequest>): Promise<Approvals> {
    const { name, policy, by, version } = input;
    if ((name === undefined) === (policy === undefined)) {
      throw new EngineError('BAD_REQUEST', { detail: 'name one process, or a policy for all proposals' });
    }
    if (policy !== undefined) return this.#approveBy(policy, input.role);
    const role = await this.#roleOf({ ...input, name: name ?? '' });
    const done = await this.#store.approve(role, name ?? '', by, version);
    await this.#parts.onChange?.(role);
    return { approved: [{ role, name: done.definition.name, version: done.version }], left: [] };
  }

  /** A definition in YAML or JSON: of a known process a new proposal, else a new process. @throws PROCESS_INVALID */
  async edit({ role, name, text, by }: z.output<typeof editRequest>): Promise<ProcessView> {
    const of = await this.#roleOf({ role, name }, true);
    const source = new ProcessText(text, 'the given definition', name);
    const process = source.read(processSchema) as Process;
    if (process.name !== name) {
      const detail = `the definition is named "${process.name}", not "${name}"; rename it with --rename`;
      throw new EngineError('BAD_REQUEST', { detail });
    }
    await this.#store.put(of, process, by, source);
    return this.show({ role: of, name });
  }

  /** @throws NOT_FOUND, BAD_REQUEST where the name is taken */
  async rename({ role, name, to, by }: z.output<typeof renameRequest>): Promise<ProcessView> {
    const of = await this.#roleOf({ role, name });
    await this.#store.rename(of, name, to, by);
    await this.#parts.onChange?.(of);
    return this.show({ role: of, name: to });
  }

  /** @throws NOT_FOUND */
  async retire({ role, name, by }: z.output<typeof retireRequest>): Promise<ProcessView> {
    const of = await this.#roleOf({ role, name });
    await this.#store.retire(of, name, by);
    await this.#parts.onChange?.(of);
    return this.show({ role: of, name });
  }

  /** What acts for a role and what was retired; faults are lines for the log. */
  acting(role: string): ReturnType<ProcessStore['approved']> {
    return this.#store.approved(role);
  }

  /** All of a role that can be read. */
  async stored(role: string): Promise<StoredProcess[]> {
    return (await this.#store.list(role)).filter((one): one is StoredProcess => !('fault' in one));
  }

  /** See `ProcessStore.stamp`. */
  stamp(role: string): Promise<string> {
    return this.#store.stamp(role);
  }

  /** Versions of all that is known of a role, and of what acts. */
  async versions(role: string): Promise<{ readonly known: readonly string[]; readonly acting: readonly string[] }> {
    const known = (await this.#store.list(role)).flatMap((one) => ('fault' in one ? [] : [one.version]));
    const { processes } = await this.#store.approved(role);
    return { known: known.toSorted(), acting: processes.map(({ version }) => version).toSorted() };
  }

  async #approveBy(policy: ApprovalPolicy, role: string | undefined): Promise<Approvals> {
    const doubts = policy.maxDoubts === 0 ? '' : `, doubts ≤ ${policy.maxDoubts}`;
    const by = `policy: support ≥ ${policy.minSupport}, fitness ≥ ${policy.minFitness}${doubts}`;
    const approved: Approvals['approved'][number][] = [];
    const left: Approvals['left'][number][] = [];
    for (const one of await this.#store.list(role)) {
      if ('fault' in one) left.push({ role: one.role, name: one.name, reason: one.fault });
      if ('fault' in one || one.state !== 'proposed') continue;
      const { name } = one.definition;
      const reason = shortfall(one, policy);
      try {
        if (reason === null) await this.#store.approve(one.role, name, by, one.version);
        if (reason === null) approved.push({ role: one.role, name, version: one.version });
        else left.push({ role: one.role, name, reason });
      } catch (error) {
        left.push({ role: one.role, name, reason: EngineError.from(error).message });
      }
    }
    for (const changed of new Set(approved.map((one) => one.role))) await this.#parts.onChange?.(changed);
    return { approved, left };
  }

  async #check(role: string, process: Process): Promise<void> {
    const tools = new Set(await this.#parts.tools(role));
    void new ProcessDefinition(process, (tool) => tools.has(tool));
  }

  /** The role that is named, or the only one with such a process. */
  async #roleOf({ role, name }: { readonly role?: string | undefined; readonly name: string }, isNew = false) {
    if (role !== undefined) return role;
    const all = await this.#store.list();
    const roles = all.filter((one) => nameOf(one) === name).map((one) => one.role);
    const [only] = roles;
    if (only !== undefined && roles.length === 1) return only;
    const hint =
      roles.length > 1
        ? `${roles.join(' and ')} have one each: name the role`
        : isNew
          ? 'name the role that it is for'
          : '"thought-engine processes list" shows all';
    throw new EngineError('NOT_FOUND', { what: 'process', name, hint });
  }
}

function nameOf(one: StoredProcess | BrokenProcess): string {
  return 'fault' in one ? one.name : one.definition.name;
}

/** Why a policy does not let a proposal pass; null where it does. */
function shortfall({ evidence }: StoredProcess, { minSupport, minFitness, maxDoubts }: ApprovalPolicy): string | null {
  if (evidence === null) return 'it was written by hand: a person has to approve it';
  if (evidence.support < minSupport) return `${evidence.support} runs, the policy asks for ${minSupport}`;
  if (evidence.fitness < minFitness) {
    return `fitness ${below(evidence.fitness, minFitness)}, the policy asks for ${minFitness}`;
  }
  const { length } = evidence.doubts;
  if (length > maxDoubts) {
    const what = length === 1 ? 'a doubt' : `${length} doubts`;
    return `it has ${what}, which ${maxDoubts === 0 ? 'a person has to look at' : `is more than the ${maxDoubts} of the policy`}`;
  }
  return null;
}

/** A figure with as many digits as it takes to see that it is less than the limit; at least two. */
function below(figure: number, limit: number): string {
  const digits = [2, 3, 4, 5].find((count) => Number(figure.toFixed(count)) < limit);
  return digits === undefined ? String(figure) : figure.toFixed(digits);
}

function summaryOf({ role, state, version, approved, definition, evidence }: StoredProcess): ProcessSummary {
  const { support = null, coverage = null, fitness = null, precision = null, doubts = [] } = evidence ?? {};
  const { name, steps } = definition;
  const figures = { steps: steps.length, support, coverage, fitness, precision, doubts: doubts.length };
  return { role, name, state, version, approved, ...figures };
}
