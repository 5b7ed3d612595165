import { randomFillSync } from 'node:crypto';
import type { Output } from './output.ts';
import { clockCalls } from './wasi-clock.ts';
import { BAD_FILE, NOT_SUPPORTED, SUCCESS } from './wasi-errors.ts';

const MODULE = 'wasi_snapshot_preview1';
/** Go's runtime reads its own name and cannot do without. */
const ARGUMENTS = ['engine'];

/** What a module can observe of the world. */
export interface WasiOptions {
  /** The module's memory, which exists once it is instantiated. */
  readonly memory: () => WebAssembly.Memory;
  /** Takes what the module writes to its standard output and error. */
  readonly output: Output;
  /** `NAME=value` */
  readonly environment: readonly string[];
  /** Wall clock, in milliseconds since 1970. */
  readonly now: () => number;
}

type Functions = Record<string, (...args: never[]) => unknown>;

/** Thrown through the module when it ends itself. */
export class ProcessExit extends Error {
  constructor(code: number) {
    super(`the module ended itself with code ${code}`);
  }
}

/**
 * The imports of a module that needs WASI preview 1, as narrow as can be: clocks, randomness, one argument, standard
 * output, an environment of its own, and the end. There are no files and no network: what asks for them is told that
 * they are not supported. (`node:wasi` would do too, but is experimental and says so on standard error.)
 *
 * @throws Error if the module wants something other than WASI's functions
 *
 * Reference: https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md
 */
export function wasiImports(module: WebAssembly.Module, options: WasiOptions): Record<string, Functions> {
  const view = () => new DataView(options.memory().buffer);
  const supported: Functions = { ...processCalls(view, options), ...clockCalls(view, options.now) };
  const functions: Functions = {};
  for (const wanted of WebAssembly.Module.imports(module)) {
    if (wanted.module !== MODULE || wanted.kind !== 'function')
      throw new Error(`the module wants ${wanted.module}.${wanted.name}, which nobody has`);
    functions[wanted.name] = supported[wanted.name] ?? (() => NOT_SUPPORTED);
  }
  return { [MODULE]: functions };
}

function processCalls(view: () => DataView, { output, environment }: WasiOptions): Functions {
  return {
    args_sizes_get: (count: number, bytes: number) => writeSizes(view(), ARGUMENTS, count, bytes),
    args_get: (pointers: number, text: number) => writeTexts(view(), ARGUMENTS, pointers, text),
    environ_sizes_get: (count: number, bytes: number) => writeSizes(view(), environment, count, bytes),
    environ_get: (pointers: number, text: number) => writeTexts(view(), environment, pointers, text),
    random_get(pointer: number, length: number) {
      randomFillSync(bytesAt(view(), pointer, length));
      return SUCCESS;
    },
    sched_yield: () => SUCCESS,
    proc_exit(code: number) {
      throw new ProcessExit(code);
    },
    // Asked for one number after the other until one is bad: here the first, so no directory was opened beforehand.
    fd_prestat_get: () => BAD_FILE,
    fd_write(file: number, parts: number, count: number, written: number) {
      if (file !== 1 && file !== 2) return BAD_FILE;
      let total = 0;
      for (let part = parts; part < parts + 8 * count; part += 8) {
        const length = view().getUint32(part + 4, true);
        output.write(bytesAt(view(), view().getUint32(part, true), length));
        total += length;
      }
      view().setUint32(written, total, true);
      return SUCCESS;
    },
  };
}

/** How many texts there are, and how many bytes they take with a zero behind each. */
function writeSizes(view: DataView, texts: readonly string[], count: number, bytes: number): number {
  view.setUint32(count, texts.length, true);
  view.setUint32(bytes, Buffer.byteLength(texts.join('')) + texts.length, true);
  return SUCCESS;
}

function writeTexts(view: DataView, texts: readonly string[], pointers: number, text: number): number {
  let at = text;
  for (const [index, each] of texts.entries()) {
    const bytes = Buffer.from(`${each}\0`);
    view.setUint32(pointers + 4 * index, at, true);
    bytesAt(view, at, bytes.length).set(bytes);
    at += bytes.length;
  }
  return SUCCESS;
}

function bytesAt(view: DataView, pointer: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, pointer, length);
}
