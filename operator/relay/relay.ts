/**
 * The relay: Argo CD posts events to it, and it sends the messages of the subscriptions to DingTalk. door.ts is the HTTP server,
 * capability.ts knows the callers, and accept.ts turns a post into messages: route-index.ts finds the routes, ask-engine.ts has Argo
 * CD's engine judge and render, with the commits of commits/, and the store keeps what the sender sends. status-reporter.ts tells the operator. model.ts has the
 * terms of all of these. This file starts and stops them.
 */

import { type Connection, connect } from '../kubernetes/connection.ts';
import { ServerClock } from '../kubernetes/server-clock.ts';
import { createRelayMetrics } from '../metrics/relay-metrics.ts';
import { type Endpoints, serveEndpoints } from '../probes/endpoints.ts';
import { allOfThem, type Readiness, readinessCheck } from '../probes/readiness.ts';
import type { Door } from './door.ts';
import type { RelayStore } from './model.ts';
import { createRelayParts, type RelayOptions, type RelayParts } from './parts.ts';
import { type RelaySender, startSender } from './sender.ts';

/** Posts that are under way at the end have this long. The engine, the store and a slow caller need less. */
const DRAIN_MS = 10_000;

/** The ports on which a relay listens. */
export interface RelayPorts {
  readonly door: number;
  /** Undefined if there is no further door. */
  readonly furtherDoor: number | undefined;
  /** Of probes and metrics, by address. */
  readonly endpoints: ReadonlyMap<string, number>;
}

/** The life of the process. */
export class Relay {
  readonly #options: RelayOptions;
  readonly #connection: Connection;
  readonly #clock: ServerClock;
  readonly #metrics = createRelayMetrics();
  #store: RelayStore | undefined;
  #parts: RelayParts | undefined;
  #sender: RelaySender | undefined;
  #endpoints: Endpoints | undefined;
  readonly #doors: Pick<Door, 'close'>[] = [];
  #isEnding = false;
  #isServing = false;
  #isLeaving = false;

  /** @throws Error if there is no usable kubeconfig */
  constructor(options: RelayOptions) {
    this.#options = options;
    const { kubeconfig, now } = options;
    this.#clock = new ServerClock(now, () => performance.now());
    this.#connection = connect({
      kubeconfig,
      now,
      onServerTime: (sample) => this.#clock.observe(sample),
      onRequest: this.#metrics.apiRequested,
    });
  }

  /** @throws Error if the store cannot be opened, or an address cannot be used */
  async start(): Promise<RelayPorts> {
    const { config, listen, openStore, log, further } = this.#options;
    const [metrics, connection, serverClock] = [this.#metrics, this.#connection, this.#clock];
    const store = await openStore();
    this.#store = store;
    const context = { ...this.#options, store, metrics, connection, serverClock };
    const parts = createRelayParts(context, () => this.#sender);
    this.#parts = parts;
    metrics.attach(parts.metricSources);
    const loop = () => ({ runStartedAt: undefined, now: performance.now() });
    this.#endpoints = await serveEndpoints(
      { loop, readiness: () => this.#readiness(parts), scrape: metrics.scrape },
      { metrics: config.metrics.listen, health: config.health.listen },
    );
    parts.watch.cache.start();
    parts.storeWatch.start();
    void parts.capability.start();
    // Without its routes, it would take the robots of waiting messages for those that are gone.
    void parts.watch.synced.then(() => {
      if (!this.#isEnding) this.#sender = startSender(parts.senderOptions);
    });
    parts.furtherDoor?.start();
    this.#doors.push(parts.door);
    const door = await parts.door.listen(listen);
    if (parts.furtherDoor) this.#doors.push(parts.furtherDoor);
    const furtherDoor = further && (await parts.furtherDoor?.listen(further.listen));
    log.info({ listen, port: door, furtherDoor, namespace: config.target.namespace }, 'started');
    this.#isServing = true;
    return { door, furtherDoor, endpoints: this.#endpoints.ports };
  }

  /**
   * Ends in good order. First the relay is not ready, and takes posts as long as somebody may be led here. A connection to an address
   * without a pod would hang for two minutes, and Argo CD does nothing else meanwhile. Then the posts under way are finished, and new
   * connections are refused: Argo CD tries these again. Then the sender ends, and then the store.
   */
  async shutDown(): Promise<void> {
    if (this.#isServing && !this.#isLeaving) {
      this.#isLeaving = true;
      await this.#options.leave?.();
    }
    this.#isEnding = true;
    const parts = this.#parts;
    await Promise.all(this.#doors.map((door) => door.close(DRAIN_MS)));
    parts?.capability.close();
    await this.#sender?.stop();
    await parts?.statuses.close();
    await parts?.storeWatch.close();
    await this.#store?.[Symbol.asyncDispose]();
    await parts?.engine.close();
    this.#endpoints?.close();
    await parts?.watch.cache.stop();
    await this.#options.dingtalk.close();
    await this.#options.argocdApi?.close();
    await this.#connection.close();
  }

  #readiness({ readiness }: RelayParts): Readiness {
    const { checks } = readiness();
    return allOfThem([
      ...checks,
      ...(this.#isLeaving ? [readinessCheck('end', 'the relay is about to end')] : []),
    ]);
  }
}
