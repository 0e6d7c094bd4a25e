import type { Config } from '../../engine/core/config.ts';
import type { RetrainConfig } from '../../training/queue/queue.ts';

export type TrainingSettings = Pick<Config, 'seed' | 'alpha' | 'delta' | 'device' | 'explore'> &
  Pick<RetrainConfig, 'encoder' | 'encoderTuning'>;

/** What a training takes from the settings. */
export function trainingOf(config: Config): TrainingSettings {
  const { seed, alpha, delta, device, explore, encoder, encoderTuning } = config;
  // what is not asked for stays out: the settings are part of a job's id
  const tuning = encoderTuning === 'frozen' ? {} : { encoderTuning };
  return { seed, alpha, delta, device, explore, ...(encoder === undefined ? {} : { encoder, ...tuning }) };
}
