import { setTimeout as pause } from 'node:timers/promises';
import type { JobView } from '../../../training/queue/queue.ts';
import { askOwner, type Address } from '../../house/owner.ts';
import type { Terminal } from './terminal.ts';

/** How often a running job is looked at; milliseconds. */
const lookMs = 500;

/** Follows a job of a server to its end. */
export async function jobEnd(owner: Address, id: string, terminal: Terminal): Promise<JobView> {
  for (;;) {
    const view = (await askOwner(owner, 'job', { id })) as JobView;
    if (view.progress !== null) {
      terminal.progress({ ...view.progress, stage: `${view.job.role}: ${view.progress.stage}` });
    }
    if (view.state === 'completed' || view.state === 'failed' || view.state === 'cancelled') return view;
    await pause(lookMs);
  }
}
