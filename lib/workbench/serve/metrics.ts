/** Upper bounds of the buckets of durations, in seconds. */
const BUCKETS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100];

type Labels = Readonly<Record<string, string>>;

/** Counters and a histogram in Prometheus' text format. */
export class Metrics {
  readonly #counters = new Map<string, Map<string, number>>();
  readonly #durations = new Map<string, { readonly counts: number[]; sum: number; count: number }>();

  count(name: string, labels: Labels, by = 1): void {
    const values = this.#counters.get(name) ?? new Map<string, number>();
    this.#counters.set(name, values);
    const key = labelText(labels);
    values.set(key, (values.get(key) ?? 0) + by);
  }

  /** A request that took so long. */
  time(route: string, seconds: number): void {
    const entry = this.#durations.get(route) ?? { counts: BUCKETS.map(() => 0), sum: 0, count: 0 };
    this.#durations.set(route, entry);
    entry.sum += seconds;
    entry.count++;
    BUCKETS.forEach((bound, i) => seconds <= bound && entry.counts[i]++);
  }

  /** @param gauges what is so at this moment, by name and labels */
  text(gauges: Readonly<Record<string, readonly (readonly [Labels, number])[]>>): string {
    const lines: string[] = [];
    for (const [name, values] of this.#counters) {
      lines.push(`# TYPE ${name} counter`);
      for (const [labels, value] of values) lines.push(`${name}${labels} ${value}`);
    }
    for (const [name, values] of Object.entries(gauges)) {
      lines.push(`# TYPE ${name} gauge`);
      for (const [labels, value] of values) lines.push(`${name}${labelText(labels)} ${value}`);
    }
    const histogram = "waymark_request_seconds";
    if (this.#durations.size > 0) lines.push(`# TYPE ${histogram} histogram`);
    for (const [route, { counts, sum, count }] of this.#durations) {
      BUCKETS.forEach((le, i) => lines.push(`${histogram}_bucket${labelText({ route, le: String(le) })} ${counts[i]}`));
      lines.push(`${histogram}_bucket${labelText({ route, le: "+Inf" })} ${count}`);
      lines.push(
        `${histogram}_sum${labelText({ route })} ${sum}`,
        `${histogram}_count${labelText({ route })} ${count}`,
      );
    }
    return lines.join("\n") + "\n";
  }
}

const labelText = (labels: Labels): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n")}"`)
    .join(",")}}`;
