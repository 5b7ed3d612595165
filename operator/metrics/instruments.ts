import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The definition of a metric; `help` is its meaning in one sentence, which docs/metrics.md repeats. */
interface Definition<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly Label[];
}

/** The values of the labels of one series. */
type Labels<Label extends string> = Readonly<Record<Label, string>>;

/** Makes metrics in a registry of its own, and knows which of them only the leader may report. */
export class Instruments {
  readonly registry = new Registry();
  readonly #ofLeader: LeaderGauge<string>[] = [];
  #isLeading = false;

  get isLeading(): boolean {
    return this.#isLeading;
  }

  counter<Label extends string = never>(definition: Definition<Label>): Counter<Label> {
    return new Counter({ ...definition, registers: [this.registry] });
  }

  histogram<Label extends string = never>(
    definition: Definition<Label> & { readonly buckets: readonly number[] },
  ): Histogram<Label> {
    return new Histogram({ ...definition, buckets: [...definition.buckets], registers: [this.registry] });
  }

  gauge<Label extends string = never>(definition: Definition<Label>): Gauge<Label> {
    return new Gauge({ ...definition, registers: [this.registry] });
  }

  /** A gauge about the cluster. Several replicas would report it several times, so only the leader does. */
  leaderGauge<Label extends string = never>(definition: Definition<Label>): LeaderGauge<Label> {
    const gauge = new LeaderGauge(this.gauge(definition), () => this.#isLeading);
    this.#ofLeader.push(gauge);
    return gauge;
  }

  /** Says whether this replica leads. The gauges about the cluster vanish when it stops leading. */
  lead(isLeading: boolean): void {
    this.#isLeading = isLeading;
    if (!isLeading) for (const gauge of this.#ofLeader) gauge.clear();
  }
}

/** A gauge without series, except while this replica leads. */
export class LeaderGauge<Label extends string> {
  readonly #gauge: Gauge<Label>;
  readonly #isLeading: () => boolean;

  constructor(gauge: Gauge<Label>, isLeading: () => boolean) {
    this.#gauge = gauge;
    this.#isLeading = isLeading;
    this.clear();
  }

  /** Does nothing while another replica leads: a run that ends late must not bring a series back. */
  set(labels: Labels<Label>, value: number): void {
    if (this.#isLeading()) this.#gauge.set(labels as Record<Label, string>, value);
  }

  /** Removes all series. */
  clear(): void {
    this.#gauge.reset();
    // The library gives a gauge without labels the value 0 again.
    this.#gauge.remove({});
  }
}
