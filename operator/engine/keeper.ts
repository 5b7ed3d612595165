import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { KeeperRole, ModuleWanted } from './messages.ts';
import { THREAD_OPTIONS } from './thread-options.ts';

/** The thread that holds the compiled module, from its construction until it is stopped. */
export class Keeper {
  /** Resolves when the thread ends, with the error that ended it, such as a module that cannot be read. */
  readonly ended: Promise<Error>;
  readonly #worker: Worker;

  constructor(options: { workerUrl: URL; wasmPath: string; maxMemoryBytes: number }) {
    const { workerUrl, wasmPath, maxMemoryBytes } = options;
    const role: KeeperRole = { role: 'keeper', wasmPath, maxMemoryBytes };
    this.#worker = new Worker(workerUrl, { ...THREAD_OPTIONS, name: 'engine-keeper', workerData: role });
    this.ended = new Promise((resolve) => {
      this.#worker.on('error', resolve);
      this.#worker.on('exit', () => resolve(new Error('the thread that compiles the engine has ended')));
    });
  }

  /** Where the module will arrive, for one other thread. */
  modulePort(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    const message: ModuleWanted = { modulePort: port1 };
    this.#worker.postMessage(message, [port1]);
    return port2;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
