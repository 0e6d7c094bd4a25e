import type { RegistryRecord } from './registry-log.ts';

interface RoleState {
  /** Bundles that were promoted and not rolled back, oldest first; the last one serves. */
  readonly champions: string[];
  /** Highest fencing token handed out. */
  token: number;
  readonly records: RegistryRecord[];
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
        break;
      case 'model-rolled-back': {
        const { champions } = this.#role(event.role);
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
      state = { champions: [], token: 0, records: [] };
      this.#roles.set(role, state);
    }
    return state;
  }
}
