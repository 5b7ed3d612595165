import { Output } from './output.ts';
import { ProcessExit, wasiImports } from './wasi.ts';

/** What a module exports that answers requests. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  /** Runs the program's initialisation; once, before anything else. */
  _initialize(): void;
  /** Reserves memory for a request. */
  alloc(bytes: number): number;
  /** Answers the request at an address: where the answer is in the upper half, its length in the lower. */
  call(address: number, length: number): bigint;
}

export interface InstanceOptions {
  /** What the module's memory is limited to. */
  readonly maxMemoryBytes: number;
  /** A longer answer is none: whoever waits for it would have to read it. */
  readonly maxAnswerBytes: number;
  /** Wall clock, in milliseconds since 1970. */
  readonly now: () => number;
}

/** Why there is no answer: the memory was used up, or the module ended itself or was ended, by a fault of its own. */
export class EngineFault extends Error {
  readonly kind: 'memory' | 'trap';

  /** @param message a sentence for people, without anything from the request */
  constructor(kind: 'memory' | 'trap', message: string) {
    super(message);
    this.kind = kind;
  }
}

/** One running module. It answers one request at a time, and none any more after a fault: its state is undefined then. */
export class EngineInstance {
  readonly #exports: Exports;
  readonly #output: Output;
  readonly #maxAnswerBytes: number;

  private constructor(exports: Exports, output: Output, maxAnswerBytes: number) {
    this.#exports = exports;
    this.#output = output;
    this.#maxAnswerBytes = maxAnswerBytes;
  }

  /** Starts a module and runs its initialisation. */
  static async start(module: WebAssembly.Module, options: InstanceOptions): Promise<EngineInstance> {
    const output = new Output();
    const { now, maxAnswerBytes } = options;
    const environment = garbageCollection(options.maxMemoryBytes);
    const imports = wasiImports(module, { memory: () => exports.memory, output, environment, now });
    const { exports: exported } = await WebAssembly.instantiate(module, imports);
    const exports = exported as unknown as Exports;
    const instance = new EngineInstance(exports, output, maxAnswerBytes);
    instance.#guarded(() => exports._initialize());
    return instance;
  }

  /** The size of the module's memory, which grows and never shrinks. */
  get memoryBytes(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /**
   * The answer to a request.
   * @throws EngineFault
   */
  call(request: string): string {
    return this.#guarded(() => {
      const bytes = Buffer.from(request);
      const address = this.#exports.alloc(bytes.length) >>> 0;
      this.#bytes(address, bytes.length).set(bytes);
      const answer = BigInt.asUintN(64, this.#exports.call(address, bytes.length));
      const length = Number(answer & 0xffff_ffffn);
      if (length > this.#maxAnswerBytes) throw new EngineFault('memory', tooLong(this.#maxAnswerBytes));
      return Buffer.from(this.#bytes(Number(answer >> 32n), length)).toString('utf8');
    });
  }

  /** The memory's buffer is another one after each growth, so it is asked for anew each time. */
  #bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, address, length);
  }

  #guarded<T>(run: () => T): T {
    this.#output.clear();
    try {
      return run();
    } catch (error) {
      throw error instanceof EngineFault ? error : faultOf(error, this.#output.fatalError);
    }
  }
}

/**
 * Settings of Go's garbage collector, which by default works beside the program and makes it wait by turns. In
 * WebAssembly there is no thread to do so, and when collecting takes its share of the time, Go stops making the
 * program wait: memory then grows to its limit, full of garbage, and good configurations fail. So the program stands
 * still while garbage is collected, and collecting becomes more eager before the limit.
 */
function garbageCollection(maxMemoryBytes: number): string[] {
  return ['GODEBUG=gcstoptheworld=1', `GOMEMLIMIT=${Math.floor((maxMemoryBytes * 7) / 8)}`];
}

/** Go says why it ends itself; of what WebAssembly ends, the kind of error tells. */
function faultOf(error: unknown, fatalError: string | undefined): EngineFault {
  if (fatalError?.includes('out of memory') || fatalError?.includes('cannot allocate memory'))
    return new EngineFault('memory', 'The engine needed more memory than it may have.');
  const isStackFull = error instanceof RangeError && error.message.includes('call stack');
  if (isStackFull || fatalError === 'stack overflow')
    return new EngineFault('trap', 'The engine ran out of stack, as endless recursion makes it.');
  if (fatalError) return new EngineFault('trap', `The engine ended itself: ${fatalError}.`);
  if (error instanceof ProcessExit) return new EngineFault('trap', 'The engine ended itself.');
  return new EngineFault('trap', 'The engine crashed.');
}

function tooLong(maxBytes: number): string {
  return `The engine answered with more than ${Math.floor(maxBytes / 2 ** 20)} MiB.`;
}
