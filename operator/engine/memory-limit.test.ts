import { describe, expect, it } from 'vitest';
import { LIMIT_ROOM, limitMemory } from './memory-limit.ts';
import { TINY_PAGES, tinyModule } from './testing/tiny-module.ts';

const PAGE = 65_536;

/** The memory of an instance of the module. */
function memoryOf(bytes: Uint8Array): WebAssembly.Memory {
  const imports = { wasi_snapshot_preview1: { proc_exit: () => 0, fd_write: () => 0 } };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
  return exports.memory as WebAssembly.Memory;
}

/** How far the memory of an instance of the module can grow. */
function growth(bytes: Uint8Array): number {
  const memory = memoryOf(bytes);
  try {
    while (memory.buffer.byteLength < 1000 * PAGE) memory.grow(1);
  } catch {
    // Full.
  }
  return memory.buffer.byteLength / PAGE;
}

/** The same bytes with room behind them. */
function withRoom(bytes: Uint8Array, offset = 0): Uint8Array<ArrayBuffer> {
  const buffer = new ArrayBuffer(offset + bytes.length + LIMIT_ROOM);
  const result = new Uint8Array(buffer, offset, bytes.length);
  result.set(bytes);
  return result;
}

describe('a limited memory', () => {
  it.each([4, 5, 63, 64, 127, 128, 300])('grows to %i pages and no further', (pages) => {
    expect(growth(limitMemory(tinyModule(), pages * PAGE))).toBe(pages);
  });

  it('takes whole pages', () => {
    expect(growth(limitMemory(tinyModule(), 7 * PAGE - 1))).toBe(6);
  });

  it('keeps a lower limit of its own, and loses a higher one', () => {
    expect(growth(limitMemory(tinyModule({}, 200), 300 * PAGE))).toBe(200);
    expect(growth(limitMemory(tinyModule({}, 300), 200 * PAGE))).toBe(200);
    expect(growth(limitMemory(tinyModule({}, 300), 50 * PAGE))).toBe(50);
  });

  it.each([0, 3])('is written in place where there is room, at offset %i too', (offset) => {
    for (const [module, pages] of [
      [tinyModule(), 300],
      [tinyModule({}, 300), 20],
    ] as const) {
      const roomy = withRoom(module, offset);
      const limited = limitMemory(roomy, pages * PAGE);
      expect(limited.buffer).toBe(roomy.buffer);
      expect(Buffer.from(limited)).toEqual(Buffer.from(limitMemory(module.slice(), pages * PAGE)));
      expect(growth(limited)).toBe(pages);
    }
  });

  it('leaves everything else as it is', () => {
    const before = tinyModule();
    const limited = limitMemory(before.slice(), 300 * PAGE);
    const at = Buffer.from(before).indexOf(Uint8Array.of(5, 3, 1, 0, TINY_PAGES));
    const expected = [
      ...before.subarray(0, at),
      ...[5, 5, 1, 1, TINY_PAGES, 0xac, 0x02],
      ...before.subarray(at + 5),
    ];
    expect([...limited]).toEqual(expected);
  });
});

describe('a module is refused', () => {
  const cutOff = (bytes: number) =>
    tinyModule().slice(0, Buffer.from(tinyModule()).indexOf(Uint8Array.of(5, 3, 1, 0, TINY_PAGES)) + bytes);
  const replaced = (from: number[], to: number[]) => {
    const module = [...tinyModule()];
    const at = Buffer.from(module).indexOf(Uint8Array.from(from));
    return Uint8Array.from(module.toSpliced(at, from.length, ...to));
  };
  it.each([
    ['without a memory', replaced([5, 3, 1, 0, TINY_PAGES], []), 'does not define one memory'],
    [
      'with two',
      replaced([5, 3, 1, 0, TINY_PAGES], [5, 5, 2, 0, TINY_PAGES, 0, 1]),
      'does not define one memory',
    ],
    ['with a shared one', replaced([5, 3, 1, 0, TINY_PAGES], [5, 4, 1, 3, 4, 9]), 'unknown kind'],
    ['with a 64-bit one', replaced([5, 3, 1, 0, TINY_PAGES], [5, 3, 1, 4, 4]), 'unknown kind'],
    ['that is cut off in the section', cutOff(4), 'ends in the middle'],
    ['that is cut off before it', cutOff(1), 'ends in the middle'],
  ])('%s', (_, module, message) => {
    expect(() => limitMemory(module, 300 * PAGE)).toThrow(message);
  });

  it('that starts with more than is allowed', () => {
    expect(() => limitMemory(tinyModule(), 3 * PAGE)).toThrow(
      'the memory starts with 4 pages, 3 are allowed',
    );
  });
});
