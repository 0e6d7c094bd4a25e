import type { RegistryEvent, RegistryRecord } from '../../../../models/registry-log.ts';
import { shortId } from './format.ts';

type Change = Extract<RegistryEvent, { readonly kind: 'model-promoted' | 'model-rolled-back' }>;

/** A promotion or a roll-back, with its time. */
export interface ModelChange {
  readonly sequence: number;
  readonly time: number;
  readonly event: Change;
}

/** Newest first. */
export function changesOf(history: readonly RegistryRecord[]): ModelChange[] {
  const changes: ModelChange[] = [];
  for (const { sequence, time, event } of history) {
    if (event.kind === 'model-promoted' || event.kind === 'model-rolled-back') changes.push({ sequence, time, event });
  }
  return changes.reverse();
}

/** The bundle that a roll-back would bring back; null where there is none. */
export function bundleBefore(history: readonly RegistryRecord[]): string | null {
  const champions: string[] = [];
  for (const { event } of changesOf(history).reverse()) {
    if (event.kind === 'model-promoted') champions.push(event.bundle);
    else while (champions.length > 0 && champions.at(-1) !== event.bundle) champions.pop();
  }
  return champions.at(-2) ?? null;
}

export function changeText({ kind, bundle, previous }: Change): string {
  if (kind === 'model-rolled-back') return `rolled back to ${shortId(bundle)} from ${shortId(previous)}`;
  return previous === null
    ? `${shortId(bundle)} began to serve`
    : `${shortId(bundle)} took over from ${shortId(previous)}`;
}
