import { readFileSync, readdirSync } from 'node:fs';

/** Memory in MB and processor time in seconds of a process, all its threads together; zeros where the system does not say. */
export interface ProcessFigures {
  readonly rssMb: number;
  readonly peakRssMb: number;
  readonly cpuSeconds: number;
}

/** Clock ticks a second, as Linux counts them for every program. */
const ticksPerSecond = 100;

export function figuresOf(pid: number): ProcessFigures {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return {
      rssMb: Math.round(kilobytes('VmRSS') / 1024),
      peakRssMb: Math.round(kilobytes('VmHWM') / 1024),
      cpuSeconds: ticks / ticksPerSecond,
    };
  } catch {
    return { rssMb: 0, peakRssMb: 0, cpuSeconds: 0 };
  }
}

/** A process and everything that it started. */
export function familyOf(pid: number): number[] {
  const parents = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      parents.set(parent, [...(parents.get(parent) ?? []), Number(name)]);
    } catch {
      // it ended meanwhile
    }
  }
  const family = [pid];
  for (let index = 0; index < family.length; index += 1) family.push(...(parents.get(family[index] as number) ?? []));
  return family;
}
