/** Upper bounds in seconds; cheap tiers answer within the first few, LLMs within the last. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

type Labels = Readonly<Record<string, string | number>>;

interface Histogram {
  readonly counts: number[];
  sum: number;
  count: number;
}

/** Counters and histograms in the Prometheus text format, 0.0.4. Labels come from fixed sets only: no user text. */
export class Metrics {
  readonly #help: ReadonlyMap<string, string>;
  readonly #counters = new Map<string, Map<string, number>>();
  readonly #histograms = new Map<string, Map<string, Histogram>>();
  readonly #gauges = new Map<string, () => number>();

  constructor(help: Readonly<Record<string, string>>) {
    this.#help = new Map(Object.entries(help));
  }

  count(name: string, labels: Labels, by = 1): void {
    const series = this.#counters.get(name) ?? new Map<string, number>();
    const key = written(labels);
    series.set(key, (series.get(key) ?? 0) + by);
    this.#counters.set(name, series);
  }

  observe(name: string, labels: Labels, seconds: number): void {
    const series = this.#histograms.get(name) ?? new Map<string, Histogram>();
    const key = written(labels);
    const histogram = series.get(key) ?? { counts: buckets.map(() => 0), sum: 0, count: 0 };
    const place = buckets.findIndex((bound) => seconds <= bound);
    if (place !== -1) histogram.counts[place] = (histogram.counts[place] ?? 0) + 1;
    histogram.sum += seconds;
    histogram.count += 1;
    series.set(key, histogram);
    this.#histograms.set(name, series);
  }

  gauge(name: string, read: () => number): void {
    this.#gauges.set(name, read);
  }

  text(): string {
    const lines: string[] = [];
    for (const [name, series] of this.#counters) {
      lines.push(...this.#head(name, 'counter'));
      for (const [labels, value] of series) lines.push(`${name}${braced(labels)} ${value}`);
    }
    for (const [name, read] of this.#gauges) lines.push(...this.#head(name, 'gauge'), `${name} ${read()}`);
    for (const [name, series] of this.#histograms) {
      lines.push(...this.#head(name, 'histogram'));
      for (const [labels, histogram] of series) lines.push(...histogramLines(name, labels, histogram));
    }
    return `${lines.join('\n')}\n`;
  }

  #head(name: string, type: string): string[] {
    return [`# HELP ${name} ${this.#help.get(name) ?? name}`, `# TYPE ${name} ${type}`];
  }
}

function histogramLines(name: string, labels: string, { counts, sum, count }: Histogram): string[] {
  const lead = labels === '' ? '' : `${labels},`;
  let below = 0;
  const lines = buckets.map((bound, index) => {
    below += counts[index] ?? 0;
    return `${name}_bucket{${lead}le="${bound}"} ${below}`;
  });
  return [
    ...lines,
    `${name}_bucket{${lead}le="+Inf"} ${count}`,
    `${name}_sum${braced(labels)} ${sum}`,
    `${name}_count${braced(labels)} ${count}`,
  ];
}

function braced(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}

function written(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${String(value).replaceAll(/["\\\n]/g, '_')}"`)
    .join(',');
}
