import { Option, type Command } from '@commander-js/extra-typings';
import { devices } from '../../../engine/core/config.ts';

/** The flags that `serve` and `up` share; everything else is set in the environment or in thought-engine.json. */
export function servingOptions(command: Command) {
  return command
    .option('--port <number>', 'TCP port; 0 takes a free one')
    .option('--host <address>', 'address to listen on; any but loopback needs THOUGHT_ENGINE_TOKEN')
    .addOption(
      new Option('--level <level>', 'tiers in use: V1 LLM alone, V2 +LPPM, V3 +DTR, V4 +CET').choices([
        'V1',
        'V2',
        'V3',
        'V4',
      ] as const),
    )
    .addOption(
      new Option('--imperator <who>', 'who settles what reaches the top').choices([
        'auto',
        'llm',
        'replay',
        'none',
      ] as const),
    )
    .addOption(new Option('--device <device>', 'where to compute').choices(devices))
    .option('--queue-url <url>', 'embedded, redis://... or postgres://...')
    .option('--default-role <name>', 'role that the model name thought-engine means')
    .option('--no-learn', 'train only when asked to')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document when ready');
}
