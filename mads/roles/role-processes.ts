import type { Logger } from '../../engine/core/logger.ts';
import { messageOf } from '../../engine/core/errors.ts';
import type { RetrainQueue } from '../../training/queue/queue.ts';
import type { Desk } from '../grace/desk.ts';
import type { ApprovalPolicy, ProcessOffice } from '../grace/process-office.ts';
import type { Host } from '../host.ts';

const hourMs = 3_600_000;
/** What another server decides is followed within this time; milliseconds. */
const lookEveryMs = 1000;

export interface RoleProcessesParts {
  readonly host: Host;
  readonly office: ProcessOffice;
  readonly logger: Logger;
  /** Null: nothing that was mined acts before a person approved it. */
  readonly policy: ApprovalPolicy | null;
}

/** Keeps roles following what is approved for them, while people and searches change it. */
export class RoleProcesses {
  readonly #parts: RoleProcessesParts;
  readonly #endings: (() => void)[] = [];

  constructor(parts: RoleProcessesParts) {
    this.#parts = parts;
  }

  /** The role follows what is approved now; what cannot be followed is named in the server's log. */
  async refresh(role: string): Promise<void> {
    const { host, office, logger } = this.#parts;
    if (!host.has(role)) return;
    const { faults, ...decided } = await office.acting(role);
    for (const fault of [...faults, ...host.follow(role, decided)]) {
      logger.warn({ role, fault }, 'an approved process is not followed');
    }
  }

  /** The role goes on following what is decided for it, also by another server or by hand. */
  follow(role: string, everyMs = lookEveryMs): void {
    const { office, logger } = this.#parts;
    let known: string | null = null;
    let isLooking = false;
    const look = async (): Promise<void> => {
      if (isLooking) return;
      isLooking = true;
      try {
        const stamp = await office.stamp(role);
        if (stamp !== known) await this.refresh(role);
        known = stamp;
      } finally {
        isLooking = false;
      }
    };
    const timer = setInterval(() => {
      look().catch((error: unknown) => logger.warn({ role, error: messageOf(error) }, 'processes not followed'));
    }, everyMs);
    timer.unref();
    this.#endings.push(() => clearInterval(timer));
  }

  /** After a search: the policy has its say. */
  async settle(role?: string): Promise<void> {
    const { office, policy, logger } = this.#parts;
    if (policy === null) return;
    const { approved } = await office.approve({ policy, by: 'policy', ...(role === undefined ? {} : { role }) });
    if (approved.length > 0) logger.info({ approved }, 'the policy approved processes');
  }

  /** Asks for searches every so many hours, and acts on what any search brings. */
  watch(desk: Desk, queue: RetrainQueue, everyHours: number): void {
    const warn = (error: unknown): void => this.#parts.logger.warn({ error: messageOf(error) }, 'mining');
    this.#endings.push(
      queue.watch(({ id, kind }) => {
        if (kind !== 'job-completed') return;
        const look = async (): Promise<void> => {
          const { mined } = await queue.show(id);
          if (mined !== null) await this.settle(mined.role);
        };
        look().catch(warn);
      }),
    );
    if (everyHours === 0) return;
    const timer = setInterval(() => void desk.mine({ reason: 'as every day' }).catch(warn), everyHours * hourMs);
    timer.unref();
    this.#endings.push(() => clearInterval(timer));
  }

  close(): void {
    for (const end of this.#endings) end();
  }
}
