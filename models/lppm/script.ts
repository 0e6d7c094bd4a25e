import { escalateStep, type LppmExample } from './example.ts';

/** What each step does: its words or its tool, by the process in force where that makes a difference. */
export interface Script {
  readonly steps: Readonly<Record<string, ScriptStep>>;
}

export interface ScriptStep {
  readonly kind: 'reply' | 'call';
  /** Most frequent words of a reply, or tool of a call, over all processes. */
  readonly most: string;
  /** The same by process, where it differs. */
  readonly byProcess: Readonly<Record<string, string>>;
}

export function learnScript(examples: readonly LppmExample[]): Script {
  const counts = new Map<string, { reply: number; call: number; texts: Map<string, Map<string, number>> }>();
  for (const { step, process, action } of examples) {
    if (step === escalateStep || action.kind === 'escalate') continue;
    const held = counts.get(step) ?? { reply: 0, call: 0, texts: new Map<string, Map<string, number>>() };
    held[action.kind] += 1;
    for (const place of [`${action.kind} *`, ...(process === null ? [] : [`${action.kind} ${process}`])]) {
      const texts = held.texts.get(place) ?? new Map<string, number>();
      const text = action.kind === 'reply' ? action.text : action.tool;
      texts.set(text, (texts.get(text) ?? 0) + 1);
      held.texts.set(place, texts);
    }
    counts.set(step, held);
  }
  const steps = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([step, { reply, call, texts }]): [string, ScriptStep] => {
      const kind = call > reply ? 'call' : 'reply';
      const most = mostFrequent(texts.get(`${kind} *`));
      const byProcess: Record<string, string> = {};
      for (const [place, own] of [...texts].sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (!place.startsWith(`${kind} `) || place === `${kind} *`) continue;
        const text = mostFrequent(own);
        if (text !== most) byProcess[place.slice(kind.length + 1)] = text;
      }
      return [step, { kind, most, byProcess }];
    });
  return { steps: Object.fromEntries(steps) };
}

function mostFrequent(texts: ReadonlyMap<string, number> | undefined): string {
  const sorted = [...(texts ?? [])].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return sorted[0]?.[0] ?? '';
}

/** Words or tool of a step in a process. */
export function lineOf(step: ScriptStep, process: string | null): string {
  return (process === null ? undefined : step.byProcess[process]) ?? step.most;
}
