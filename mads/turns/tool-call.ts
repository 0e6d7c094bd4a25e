import type { Bus } from '../../engine/bus/bus.ts';
import type { Clock, IdSource } from '../../engine/core/clock.ts';
import { EngineError } from '../../engine/core/errors.ts';
import type { Message } from '../../engine/core/message.ts';
import type { BlastRadius } from '../../engine/core/tool-definition.ts';
import { attachmentOf, type CallRequest } from './turn-parcel.ts';

export interface ToolCaller {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** The MAD that asks; the reply comes back to it. */
  readonly sender: string;
}

export interface CallOf {
  /** The MAD that owns the tool. */
  readonly mad: string;
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** On whose behalf. */
  readonly caller: string;
  readonly allows: BlastRadius;
  readonly signal?: AbortSignal;
}

/**
 * Calls a tool of another MAD over the bus and returns what its handler returned. Such calls travel in service
 * conversations of their own, each in its own lane, and are not kept: what they do is.
 * @throws MAD_UNKNOWN, BUS_TIMEOUT, OVERLOADED, and what the tool throws
 */
export async function callTool(from: ToolCaller, call: CallOf): Promise<unknown> {
  const { bus, clock, ids, sender } = from;
  const id = ids('call');
  const message: Message = {
    id: ids('msg'),
    conversation: `service:${call.mad}`,
    author: 'user',
    sender,
    recipient: call.mad,
    time: clock.now(),
    parts: [{ kind: 'tool-call', id, name: call.tool, arguments: call.arguments, provenance: 'caller' }],
  };
  const attachment: CallRequest = { kind: 'call', caller: call.caller, allows: call.allows };
  const options = { lane: id, ...(call.signal === undefined ? {} : { signal: call.signal }) };
  const reply = await bus.request({ message, attachment }, options);
  const report = attachmentOf(reply, 'result');
  if (report === undefined)
    throw new EngineError('INTERNAL', { detail: `${call.mad} gave no result for ${call.tool}` });
  return report.values[0];
}
