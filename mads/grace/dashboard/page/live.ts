import { useEffect, useRef, useState } from 'preact/hooks';
import type { ProgressEvent } from '../../../../engine/core/progress.ts';
import type { JobEvent } from '../../../../training/queue/queue.ts';

export type Connection = 'connecting' | 'live' | 'lost';

export interface Live {
  readonly connection: Connection;
  /** Newest sign of life of each job under way. */
  readonly progress: ReadonlyMap<string, ProgressEvent>;
}

/** At most one reading of the figures in this time, in milliseconds, however many decisions arrive. */
const restMs = 1500;

/** Listens to the server and calls back when figures should be read anew. `isOpen` false: not yet. */
export function useLive(isOpen: boolean, onChange: () => void): Live {
  const [connection, setConnection] = useState<Connection>('connecting');
  const [progress, setProgress] = useState<ReadonlyMap<string, ProgressEvent>>(new Map());
  const change = useRef(onChange);
  change.current = onChange;
  useEffect(() => {
    if (!isOpen) return undefined;
    const source = new EventSource('/api/events');
    let waiting: ReturnType<typeof setTimeout> | null = null;
    const changed = (): void => {
      waiting ??= setTimeout(() => {
        waiting = null;
        change.current();
      }, restMs);
    };
    source.addEventListener('open', () => {
      setConnection('live');
      changed();
    });
    source.addEventListener('error', () => setConnection('lost'));
    source.addEventListener('decisions', changed);
    source.addEventListener('job', (event) => {
      const { id, kind, progress: step } = JSON.parse(String(event.data)) as JobEvent;
      if (kind === 'job-progressed' && step !== undefined) setProgress((known) => new Map(known).set(id, step));
      else changed();
    });
    return () => {
      if (waiting !== null) clearTimeout(waiting);
      source.close();
    };
  }, [isOpen]);
  return { connection, progress };
}
