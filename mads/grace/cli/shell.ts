import { loadConfig, type Config, type ConfigInput } from '../../../engine/core/config.ts';
import { createTerminal, type Terminal, type TerminalStreams } from './terminal.ts';

/** What every verb needs of the process around it; a test hands in its own. */
export interface Shell {
  readonly streams: TerminalStreams;
  readonly environment: Readonly<Record<string, string | undefined>>;
  terminal(json: boolean): Terminal;
  /** Flags over environment over file over defaults. @throws CONFIG_INVALID */
  config(flags: ConfigInput): Config;
}

export function createShell(
  streams: TerminalStreams,
  environment: Readonly<Record<string, string | undefined>>,
): Shell {
  return {
    streams,
    environment,
    terminal: (json) => createTerminal(json, streams),
    config: (flags) => loadConfig(flags, environment),
  };
}
