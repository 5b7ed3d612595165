import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';
import { gunzipSync } from 'node:zlib';

/** What the module exports. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  alloc(bytes: number): number;
  call(address: number, length: number): bigint;
}

/** A running module. */
export interface Instance {
  /** Sends a request, as text or to be made JSON, and parses the answer. Of no use any more once it threw. */
  ask(request: unknown): unknown;
  memoryBytes(): number;
}

/** Compiles the module once, for any number of instances in this thread. */
export async function compileEngine(path: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(new Uint8Array(gunzipSync(readFileSync(path))));
}

/**
 * Go's collector works beside the program, which a module without threads does not bear: it starves, or finds pointers
 * that it takes for broken. It has to stop the world, here as in operator/engine.
 */
const ENVIRONMENT = { GODEBUG: 'gcstoptheworld=1' };

/** Starts an instance, for tests: without a deadline and without a limit to its memory. */
export async function startEngine(module: WebAssembly.Module): Promise<Instance> {
  const wasi = new WASI({ version: 'preview1', args: ['engine'], env: ENVIRONMENT, preopens: {} });
  const imports = wasi.getImportObject() as Parameters<typeof WebAssembly.instantiate>[1];
  const instance = await WebAssembly.instantiate(module, imports);
  wasi.initialize(instance);
  const exports = instance.exports as unknown as Exports;
  return {
    ask: (request) =>
      JSON.parse(exchange(exports, typeof request === 'string' ? request : JSON.stringify(request))),
    memoryBytes: () => exports.memory.buffer.byteLength,
  };
}

function exchange(exports: Exports, request: string): string {
  const view = (address: number, length: number): Uint8Array =>
    new Uint8Array(exports.memory.buffer, address, length);
  const bytes = Buffer.from(request);
  const address = exports.alloc(bytes.length) >>> 0;
  view(address, bytes.length).set(bytes);
  const answer = BigInt.asUintN(64, exports.call(address, bytes.length));
  return Buffer.from(view(Number(answer >> 32n), Number(answer & 0xffff_ffffn))).toString();
}
