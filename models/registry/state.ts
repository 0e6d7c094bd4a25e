import type { RegistryRecord } from './log.ts';

/** A bundle that is tried out beside the one that serves. */
export interface Challenger {
  readonly bundle: string;
  readonly champion: string;
  /** Of the role's conversations, in [0, 1]; 0: it is asked, and has no effect. */
  readonly share: number;
  /** Milliseconds since 1970-01-01 UTC at which it got this share. */
  readonly since: number;
  readonly reason: string;
}

interface RoleState {
  /** Bundles that were promoted and not rolled back, oldest first; the last one serves. */
  readonly champions: string[];
  /** Highest fencing token handed out. */
  token: number;
  readonly records: RegistryRecord[];
  challenger: Challenger | null;
  /** Bundles that were tried out and withdrawn, or rolled back. */
  readonly failed: Set<string>;
}

/** What the records of the registry's log add up to. */
export class RegistryState {
  readonly #roles = new Map<string, RoleState>();
  readonly #quarantined = new Set<string>();
  readonly #published = new Map<string, RegistryRecord>();

  apply(record: RegistryRecord): void {
    const { event } = record;
    switch (event.kind) {
      case 'artefact-published':
        this.#published.set(event.artefact, record);
        // the same bytes sealed anew: whole again
        this.#quarantined.delete(event.artefact);
        return;
      case 'artefact-quarantined':
        this.#quarantined.add(event.artefact);
        return;
      case 'role-claimed':
        this.#role(event.role).token = record.sequence;
        break;
      case 'model-promoted':
        this.#role(event.role).champions.push(event.bundle);
        this.#role(event.role).challenger = null;
        break;
      case 'challenger-offered': {
        const { bundle, champion, share, reason } = event;
        this.#role(event.role).challenger = { bundle, champion, share, reason, since: record.time };
        break;
      }
      case 'challenger-withdrawn':
        this.#role(event.role).challenger = null;
        this.#role(event.role).failed.add(event.bundle);
        break;
      case 'model-rolled-back': {
        const { champions, failed } = this.#role(event.role);
        this.#role(event.role).challenger = null;
        failed.add(event.previous);
        while (champions.length > 0 && champions.at(-1) !== event.bundle) champions.pop();
        if (champions.length === 0) champions.push(event.bundle);
        break;
      }
    }
    this.#role(event.role).records.push(record);
  }

  /** Newest first. */
  champions(role: string): readonly string[] {
    return this.#roles.get(role)?.champions.toReversed() ?? [];
  }

  token(role: string): number {
    return this.#roles.get(role)?.token ?? 0;
  }

  /** Null while no bundle is tried out, and where the champion that it was compared with serves no more. */
  challenger(role: string): Challenger | null {
    const challenger = this.#roles.get(role)?.challenger ?? null;
    return challenger?.champion === this.champions(role)[0] ? challenger : null;
  }

  /** Whether the bundle was tried out and withdrawn, or served and was rolled back. */
  hasFailed(role: string, bundle: string): boolean {
    return this.#roles.get(role)?.failed.has(bundle) === true;
  }

  records(role: string): readonly RegistryRecord[] {
    return this.#roles.get(role)?.records ?? [];
  }

  roles(): string[] {
    return [...this.#roles.keys()].filter((role) => this.champions(role).length > 0).toSorted();
  }

  isQuarantined(artefact: string): boolean {
    return this.#quarantined.has(artefact);
  }

  isPublished(artefact: string): boolean {
    return this.#published.has(artefact);
  }

  #role(role: string): RoleState {
    let state = this.#roles.get(role);
    if (state === undefined) {
      state = { champions: [], token: 0, records: [], challenger: null, failed: new Set() };
      this.#roles.set(role, state);
    }
    return state;
  }
}
