import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ConfigFields,
  operatorConfiguration,
} from '../../operator/dingtalk/testing/fake-configuration.ts';
import type { DeskFilter, DeskMessage } from '../../operator/relay/store/desk.ts';
import { openRelayDesk } from '../../operator/relay/store/open.ts';
import type { StorePlace } from '../../operator/relay/store/place.ts';
import { RecordedLog } from '../../operator/relay/store/testing/places.ts';
import { freePorts } from './ports.ts';
import { type RunningProcess, startProcess } from './processes.ts';
import { cliCommand } from './programs.ts';
import type { RelayPost } from './relay-posts.ts';
import type { RelayStage } from './relay-stage.ts';

const PRELOAD = new URL('./shifted-clock.ts', import.meta.url);
const MAX_LISTED = 10_000;

export interface RelayReplicasOptions {
  /** 1 */
  readonly count?: number;
  /** A SQLite file of its own unless given. */
  readonly store?: StorePlace;
  /** Whether a test can shift its wall clock (false). */
  readonly isShiftable?: boolean;
  /** Of the configuration file. */
  readonly fields?: ConfigFields;
}

interface Replica {
  readonly door: string;
  readonly giteeDoor: string;
  readonly health: string;
  readonly start: () => Promise<RunningProcess>;
  process?: RunningProcess;
}

/** Replicas of the relay over one store, each a process that can be killed. */
export class RelayReplicas implements AsyncDisposable {
  readonly store: StorePlace;
  readonly #replicas: Replica[] = [];
  readonly #clockFile: string;
  /** How many were killed. */
  kills = 0;

  private constructor(store: StorePlace, clockFile: string) {
    this.store = store;
    this.#clockFile = clockFile;
  }

  /** Resolves when all are ready. */
  static async start(stage: RelayStage, options: RelayReplicasOptions = {}): Promise<RelayReplicas> {
    const { count = 1, store = { sqlite: join(stage.folder, 'relay.db') } } = options;
    const self = new RelayReplicas(store, join(stage.folder, 'clock'));
    for (let index = 0; index < count; index++) {
      self.#replicas.push(await self.#place(stage, options));
      await self.begin(index);
    }
    return self;
  }

  /** Where Argo CD and Gitee post to. */
  get doors(): Readonly<Record<RelayPost['to'], readonly string[]>> {
    return {
      argocd: this.#replicas.map(({ door }) => door),
      gitee: this.#replicas.map(({ giteeDoor }) => giteeDoor),
    };
  }

  process(index = 0): RunningProcess {
    const { process } = this.#of(index);
    if (!process) throw new Error(`replica ${index} does not run`);
    return process;
  }

  /** Starts one that has ended. Resolves when it is ready. */
  async begin(index = 0): Promise<void> {
    const replica = this.#of(index);
    replica.process = await replica.start();
  }

  /** Ends a replica without a word. */
  async kill(index = 0): Promise<void> {
    const { exited, signal } = this.process(index);
    this.kills += 1;
    signal('SIGKILL');
    await exited;
  }

  /** Ends a replica in good order, as Kubernetes does. */
  async end(index = 0): Promise<void> {
    const { code, signal } = await this.process(index).stop(30_000);
    if (code !== 0)
      throw new Error(`the relay ended with ${signal ?? code}: ${this.process(index).output()}`);
  }

  /** What a replica's readiness probe says. */
  async readiness(index = 0): Promise<{ readonly isReady: boolean; readonly text: string }> {
    const response = await fetch(`${this.#of(index).health}/readyz`);
    return { isReady: response.ok, text: await response.text() };
  }

  /** Shifts the wall clocks of all replicas, and of nobody else. */
  async shiftClocks(ms: number): Promise<void> {
    await writeFile(this.#clockFile, `${ms}`);
  }

  /** The messages that the store has. */
  async messages(filter: DeskFilter): Promise<readonly DeskMessage[]> {
    await using desk = openRelayDesk(this.store, new RecordedLog());
    return (await desk.list(filter, MAX_LISTED)).messages;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#replicas.map(({ process }) => process?.stop()));
  }

  #of(index: number): Replica {
    const replica = this.#replicas[index];
    if (!replica) throw new RangeError(`there is no replica ${index}`);
    return replica;
  }

  async #place(
    { folder, dingtalk, kubeconfig }: RelayStage,
    { isShiftable = false, fields = {} }: RelayReplicasOptions,
  ): Promise<Replica> {
    const [doorPort, healthPort, giteePort] = (await freePorts(3)) as [number, number, number];
    const listen = `127.0.0.1:${healthPort}`;
    const config = join(folder, `relay-${doorPort}.json`);
    const all = {
      relay: { url: `http://127.0.0.1:${doorPort}`, listen: `127.0.0.1:${doorPort}`, store: this.store },
      ...{ health: { listen }, metrics: { listen }, log: { level: 'info' }, ...fields },
    };
    await writeFile(config, JSON.stringify(operatorConfiguration(dingtalk, all)));
    const health = `http://${listen}`;
    const giteeDoor = `http://127.0.0.1:${giteePort}`;
    const start = (): Promise<RunningProcess> =>
      startProcess({
        name: 'relay',
        command: process.execPath,
        args: cliCommand(
          ...['relay', '--config', config, '--kubeconfig', kubeconfig],
          ...['--listen-gitee', new URL(giteeDoor).host],
        ),
        env: {
          NO_PROXY: '127.0.0.1,localhost',
          ...(isShiftable && {
            NODE_OPTIONS: `--import ${PRELOAD.href}`,
            SHIFTED_CLOCK_FILE: this.#clockFile,
          }),
        },
        ready: async () => (await fetch(`${health}/readyz`)).ok,
        readyTimeoutMs: 30_000,
      });
    return { door: `http://127.0.0.1:${doorPort}`, giteeDoor, health, start };
  }
}
