import type { Conversation } from '../../engine/core/conversation.ts';
import { rawArguments } from '../../datasets/import/chat-parts.ts';
import type { MinedProcess } from '../../engine/core/mined-process.ts';
import { toolCallsOf } from '../../engine/core/message.ts';
import type { Topic } from './discovery.ts';
import type { MiningLog } from './mining-log.ts';

interface Told {
  readonly log: MiningLog;
  readonly sample: readonly Conversation[];
  readonly processes: readonly MinedProcess[];
  readonly payload: readonly string[];
  readonly weak: readonly Topic[];
  readonly minimumSupport: number;
}

const mostNamed = 5;

/** What a person must know about the log to understand what was found in it, and what was not. */
export function noticesOf({ log, sample, processes, payload, weak, minimumSupport }: Told): string[] {
  const conversations = log.traces.length;
  if (conversations === 0) return ['the log holds no conversation; import some first'];
  const notices: string[] = [];
  const hasCalls = log.atoms.some(({ kind }) => kind === 'call');
  const repeats = log.atoms.filter(({ kind, count }) => kind === 'reply' && count >= 3).length;
  if (conversations < minimumSupport) {
    notices.push(
      `${conversations} conversations are too few: a process is proposed from ${minimumSupport} runs on; import more`,
    );
  } else if (processes.length === 0 && !hasCalls && repeats === 0) {
    notices.push('there are only free texts: no tool is called and no reply comes back, so there is no step to find');
  } else if (processes.length === 0) {
    notices.push(
      `nothing was done in the same way in ${minimumSupport} conversations; import more, or lower the support`,
    );
  }
  if (weak.length > 0) {
    const named = weak.slice(0, mostNamed).map(({ tools, support }) => `${tools.join(' + ')} (${support})`);
    const more = weak.length > mostNamed ? ` and ${weak.length - mostNamed} more` : '';
    notices.push(`too few runs for a process (${minimumSupport} are needed): ${named.join(', ')}${more}`);
  }
  if (payload.length > 0) {
    notices.push(`tools that take content as it stands are routes, not processes: ${payload.join(', ')}`);
  }
  const raw = new Map<string, number>();
  for (const { messages } of sample) {
    for (const message of messages) {
      for (const { name, arguments: given } of toolCallsOf(message)) {
        if (Object.hasOwn(given, rawArguments)) raw.set(name, (raw.get(name) ?? 0) + 1);
      }
    }
  }
  for (const [tool, count] of [...raw].slice(0, mostNamed)) {
    notices.push(`${count} calls of ${tool} have arguments that are no JSON object; their origin was not looked for`);
  }
  return notices;
}
