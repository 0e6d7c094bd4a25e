import type { RegistryEvent, RegistryRecord } from '../../../../models/registry/log.ts';
import { shortId } from './format.ts';

const changing = ['model-promoted', 'model-rolled-back', 'challenger-offered', 'challenger-withdrawn'] as const;
type Change = Extract<RegistryEvent, { readonly kind: (typeof changing)[number] }>;

/** A step of a role's models, with its time. */
export interface ModelChange {
  readonly sequence: number;
  readonly time: number;
  readonly event: Change;
}

/** Newest first. */
export function changesOf(history: readonly RegistryRecord[]): ModelChange[] {
  const changes: ModelChange[] = [];
  for (const { sequence, time, event } of history) {
    if (isChange(event)) changes.push({ sequence, time, event });
  }
  return changes.reverse();
}

/** The bundle that a roll-back would bring back; null where there is none. */
export function bundleBefore(history: readonly RegistryRecord[]): string | null {
  const champions: string[] = [];
  for (const { event } of changesOf(history).reverse()) {
    if (event.kind === 'model-promoted') champions.push(event.bundle);
    else if (event.kind === 'model-rolled-back')
      while (champions.length > 0 && champions.at(-1) !== event.bundle) champions.pop();
  }
  return champions.at(-2) ?? null;
}

function isChange(event: RegistryEvent): event is Change {
  return (changing as readonly string[]).includes(event.kind);
}

export function changeText(event: Change): string {
  const id = shortId(event.bundle);
  switch (event.kind) {
    case 'challenger-offered':
      return event.share === 0 ? `${id} is asked beside it` : `${id} answers ${Math.round(event.share * 100)} %`;
    case 'challenger-withdrawn':
      return `${id} was withdrawn`;
    case 'model-rolled-back':
      return `rolled back to ${id} from ${shortId(event.previous)}`;
    default:
      return event.previous === null ? `${id} began to serve` : `${id} took over from ${shortId(event.previous)}`;
  }
}
