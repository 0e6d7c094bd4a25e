import { watch } from 'node:fs';

export interface WatchOptions {
  /** Folder in which something changes whenever the answer may have. */
  readonly folder: string;
  /** Looks anyway this often: network folders tell nothing, and a machine may be out of watches. */
  readonly pollMs: number;
  readonly look: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Looks at once, then after every change, never twice at the same time. Returns the function that ends it. */
export function watchFolder(options: WatchOptions): () => void {
  const state = { isLooking: false, isAgain: false, isEnded: false };
  const run = async (): Promise<void> => {
    if (state.isLooking) {
      state.isAgain = true;
      return;
    }
    state.isLooking = true;
    do {
      state.isAgain = false;
      await options.look().catch(options.onError);
    } while (state.isAgain && !state.isEnded);
    state.isLooking = false;
  };
  const trigger = (): void => void (state.isEnded || run());
  trigger();
  const timer = setInterval(trigger, options.pollMs).unref();
  let close = (): void => undefined;
  try {
    const watcher = watch(options.folder, { persistent: false }, trigger);
    watcher.on('error', () => watcher.close());
    close = () => watcher.close();
  } catch (error) {
    options.onError(error);
  }
  return () => {
    state.isEnded = true;
    clearInterval(timer);
    close();
  };
}
