import { EngineError } from '../../../engine/core/errors.ts';
import type { GatewayParts } from './parts.ts';

/** The model name that means the default role. */
export const engineModel = 'thought-engine';

/** The role that a model's name stands for. @throws MODEL_UNKNOWN */
export function roleFor(parts: Pick<GatewayParts, 'roles' | 'defaultRole'>, model: string): string {
  const roles = parts.roles();
  if (roles.includes(model)) return model;
  const standard = model === engineModel ? parts.defaultRole() : null;
  if (standard !== null && roles.includes(standard)) return standard;
  const known = roles.length === 0 ? 'none yet: import conversations first' : [engineModel, ...roles].join(', ');
  throw new EngineError('MODEL_UNKNOWN', {
    name: model.slice(0, 100),
    roles:
      standard === null
        ? known
        : `${roles.join(', ')} (the setting defaultRole is "${standard}", and there is no such role)`,
  });
}
