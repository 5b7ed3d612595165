import { beforeEach, describe, expect, it } from 'vitest';
import { Output } from './output.ts';
import { ProcessExit, wasiImports } from './wasi.ts';

const WASI = 'wasi_snapshot_preview1';
const NOW = Date.UTC(2026, 10, 23, 6);

/** A module that imports so many functions and does nothing else. */
function importing(names: readonly string[], from = WASI): WebAssembly.Module {
  const text = (name: string) => [name.length, ...Buffer.from(name)];
  const imports = names.flatMap((name) => [...text(from), ...text(name), 0, 0]);
  const section = [names.length, ...imports];
  const size = [(section.length & 127) | 128, section.length >> 7];
  const type = [1, 4, 1, 0x60, 0, 0];
  return new WebAssembly.Module(
    Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, ...type, 2, ...size, ...section]),
  );
}

const NAMES = [
  ...[
    'args_sizes_get',
    'args_get',
    'environ_sizes_get',
    'environ_get',
    'random_get',
    'sched_yield',
    'proc_exit',
  ],
  ...['fd_prestat_get', 'fd_write', 'clock_time_get', 'poll_oneoff', 'path_open', 'sock_accept'],
];

type Call = (...args: (number | bigint)[]) => number;
let memory: WebAssembly.Memory;
let output: Output;
let wasi: Record<string, Call>;
let view: DataView;

beforeEach(() => {
  memory = new WebAssembly.Memory({ initial: 1 });
  output = new Output();
  view = new DataView(memory.buffer);
  const imports = wasiImports(importing(NAMES), {
    memory: () => memory,
    output,
    environment: ['A=1', 'B=钉'],
    now: () => NOW,
  });
  wasi = imports[WASI] as Record<string, Call>;
});

const call = (name: string, ...args: (number | bigint)[]): number | undefined => wasi[name]?.(...args);
const textAt = (at: number, length: number) => Buffer.from(memory.buffer, at, length).toString();

describe('the world of a module', () => {
  it('has one argument and the environment that it is given', () => {
    expect(call('args_sizes_get', 0, 4)).toBe(0);
    expect([view.getUint32(0, true), view.getUint32(4, true)]).toEqual([1, 7]);
    expect(call('args_get', 8, 100)).toBe(0);
    expect(textAt(view.getUint32(8, true), 7)).toBe('engine\0');
    expect(call('environ_sizes_get', 0, 4)).toBe(0);
    expect([view.getUint32(0, true), view.getUint32(4, true)]).toEqual([2, 10]);
    expect(call('environ_get', 8, 200)).toBe(0);
    expect(textAt(view.getUint32(8, true), 4)).toBe('A=1\0');
    expect(textAt(view.getUint32(12, true), 6)).toBe('B=钉\0');
  });

  it('has no files and no network', () => {
    expect(call('fd_prestat_get', 3, 0)).toBe(8);
    expect(call('path_open', 3, 0, 0, 0, 0, 0n, 0n, 0, 0)).toBe(52);
    expect(call('sock_accept', 3, 0, 0)).toBe(52);
    expect(call('fd_write', 3, 0, 0, 0)).toBe(8);
  });

  it('has randomness, exactly where it is wanted', () => {
    expect(call('random_get', 1_000, 100)).toBe(0);
    const bytes = [...new Uint8Array(memory.buffer, 1_000, 100)];
    expect(new Set(bytes).size).toBeGreaterThan(20);
    expect(textAt(1_100, 8)).toBe('\0'.repeat(8));
  });

  it('lets it write', () => {
    new Uint8Array(memory.buffer).set(Buffer.from('fatal error: dead'), 64);
    for (const [index, [at, length]] of [
      [64, 13],
      [77, 4],
    ].entries()) {
      view.setUint32(8 * index, at ?? 0, true);
      view.setUint32(8 * index + 4, length ?? 0, true);
    }
    expect(call('fd_write', 2, 0, 2, 32)).toBe(0);
    expect(view.getUint32(32, true)).toBe(17);
    expect(output.fatalError).toBe('dead');
  });

  it('ends when it says so', () => {
    expect(() => call('proc_exit', 2)).toThrow(ProcessExit);
  });

  it('tells the time', () => {
    expect(call('clock_time_get', 0, 1n, 0)).toBe(0);
    expect(view.getBigUint64(0, true)).toBe(BigInt(NOW) * 1_000_000n);
    const before = process.hrtime.bigint();
    expect(call('clock_time_get', 1, 1n, 0)).toBe(0);
    expect(view.getBigUint64(0, true)).toBeGreaterThanOrEqual(before);
    expect(call('clock_time_get', 2, 1n, 0)).toBe(28);
  });

  it('is only what a module imports, and nothing but WASI', () => {
    const options = { memory: () => memory, output, environment: ['A=1', 'B=钉'], now: () => NOW };
    expect(Object.keys(wasiImports(importing(['args_get']), options)[WASI] ?? {})).toEqual(['args_get']);
    expect(() => wasiImports(importing(['exec'], 'host'), options)).toThrow('the module wants host.exec');
  });
});

describe('waiting', () => {
  function subscribe(at: number, userData: bigint, kind: number, clock: number, timeout: bigint, flags = 0) {
    view.setBigUint64(at, userData, true);
    view.setUint8(at + 8, kind);
    view.setUint32(at + 16, clock, true);
    view.setBigUint64(at + 24, timeout, true);
    view.setUint16(at + 40, flags, true);
  }

  it('lasts until the first time that was asked for', () => {
    subscribe(1_000, 7n, 0, 1, 3_600_000_000_000n);
    subscribe(1_048, 8n, 0, 1, 2_000_000n);
    const before = process.hrtime.bigint();
    expect(call('poll_oneoff', 1_000, 2_000, 2, 3_000)).toBe(0);
    expect(process.hrtime.bigint() - before).toBeGreaterThanOrEqual(1_900_000n);
    expect(view.getUint32(3_000, true)).toBe(1);
    expect([view.getBigUint64(2_000, true), view.getUint16(2_008, true), view.getUint8(2_010)]).toEqual([
      8n,
      0,
      0,
    ]);
  });

  it('is over at once for a time that has passed', () => {
    subscribe(1_000, 7n, 0, 0, BigInt(NOW - 1) * 1_000_000n, 1);
    subscribe(1_048, 8n, 0, 0, BigInt(NOW + 1e9) * 1_000_000n, 1);
    expect(call('poll_oneoff', 1_000, 2_000, 2, 3_000)).toBe(0);
    expect(view.getBigUint64(2_000, true)).toBe(7n);
  });

  it('is not possible for files', () => {
    subscribe(1_000, 7n, 1, 0, 0n);
    expect(call('poll_oneoff', 1_000, 2_000, 1, 3_000)).toBe(52);
  });
});
