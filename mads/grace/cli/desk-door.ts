import { trainingOf } from '../../house/training-settings.ts';
import type { Config } from '../../../engine/core/config.ts';
import { createLogger } from '../../../engine/core/logger.ts';
import type { Progress } from '../../../engine/core/progress.ts';
import { dataFolder } from '../../house/data-folder.ts';
import { shareFolder } from '../../house/shared-folder.ts';
import { askOwner, servingOwner, type Address } from '../../house/owner.ts';
import type { Desk, DeskOperation } from '../desk.ts';

type Answer<Operation extends DeskOperation> = Awaited<ReturnType<Desk[Operation]>>;
type Question<Operation extends DeskOperation> = Parameters<Desk[Operation]>[0];

/** The desk of a data folder, wherever it is: in the server that owns the folder, or opened here. */
export interface DeskDoor {
  /** The server that answers; null where the folder was opened here. */
  readonly owner: Address | null;
  ask<Operation extends DeskOperation>(operation: Operation, input: Question<Operation>): Promise<Answer<Operation>>;
  close(): Promise<void>;
}

/** @throws LOG_LOCKED where a process that is no server holds the folder */
export async function openDesk(config: Config, progress: Progress): Promise<DeskDoor> {
  const folder = dataFolder(config.dataDir);
  const owner = await servingOwner(folder.root);
  if (owner !== null) {
    return {
      owner,
      ask: async (operation, input) => (await askOwner(owner, operation, input)) as never,
      close: async () => undefined,
    };
  }
  const logger = createLogger(config.logLevel);
  const { ConversationLog } = await import('../../../datasets/log/conversation-log.ts');
  const { Registry } = await import('../../../models/registry/registry.ts');
  const { Desk } = await import('../desk.ts');
  await shareFolder(config);
  const log = await ConversationLog.open({ dataDir: folder.root, logger });
  const registry = await Registry.open(folder.models, { logger });
  const { ProcessOffice } = await import('../process-office.ts');
  const processes = new ProcessOffice({ folder: folder.processes, tools: (role) => log.queries.tools(role) });
  const [training, prices] = [trainingOf(config), pricesOf(config)];
  const { defaultRole } = config;
  // without a server what the last one left is all there is
  const { KeptState } = await import('../../../training/loop/kept-state.ts');
  const { emptyLoop } = await import('../../../training/loop/learning-loop.ts');
  const { graduation } = (await KeptState.open(folder.learning, emptyLoop, logger)).value;
  const learning = () => ({ isOn: false, plans: [], rollouts: [], drift: [], moved: graduation.moved });
  const desk = new Desk({ log, registry, queue: null, training, prices, processes, learning, defaultRole });
  return {
    owner: null,
    ask: async (operation, input) => {
      if (operation === 'import') return (await desk.import(input as Parameters<Desk['import']>[0], progress)) as never;
      return (await (desk[operation] as (given: unknown) => Promise<unknown>).call(desk, input)) as never;
    },
    close: () => log.close(),
  };
}

export function pricesOf(config: Config): { input: number; output: number } {
  return { input: config.llmInputUsdPerMillion, output: config.llmOutputUsdPerMillion };
}
