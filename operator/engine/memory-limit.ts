const HEADER_BYTES = 8;
const MEMORY_SECTION = 5;
const PAGE_BYTES = 65_536;
/** A memory's flags: whether a maximum follows. Shared and 64-bit memories have others and don't occur here. */
const NO_MAXIMUM = 0;
const WITH_MAXIMUM = 1;

const CUT_OFF = 'the module ends in the middle';

/** With this many bytes to spare behind a module, in its buffer, `limitMemory` needs no copy of it. */
export const LIMIT_ROOM = 16;

/**
 * A module like the given one, except that its memory cannot grow beyond so many bytes: growing fails from there on,
 * and a Go program then ends itself. The host has no other way to stop it in time, as a module that defines its own
 * memory grows it without asking, and a worker's resource limits count JavaScript's objects only.
 *
 * The binary format states a memory's size as a minimum and an optional maximum, in pages; this sets the maximum.
 * The given bytes are used up: with room behind them, in their buffer, the result is made in place, otherwise it is a
 * copy.
 *
 * @throws Error if the module defines no memory, several, one of another kind, or one that starts out larger
 *
 * Reference: https://webassembly.github.io/spec/core/binary/modules.html#memory-section
 */
export function limitMemory(module: Uint8Array<ArrayBuffer>, maxBytes: number): Uint8Array<ArrayBuffer> {
  const { sizeAt, start, end } = findSection(module, MEMORY_SECTION);
  const reader = new Reader(module, start);
  if (reader.number() !== 1) throw new Error('the module does not define one memory');
  const flags = reader.number();
  if (flags !== NO_MAXIMUM && flags !== WITH_MAXIMUM) throw new Error('the memory is of an unknown kind');
  const minimum = reader.number();
  const ownMaximum = flags === WITH_MAXIMUM ? reader.number() : Number.POSITIVE_INFINITY;
  const maximum = Math.min(ownMaximum, Math.floor(maxBytes / PAGE_BYTES));
  if (minimum > maximum) throw new Error(`the memory starts with ${minimum} pages, ${maximum} are allowed`);
  const content = [1, WITH_MAXIMUM, ...encode(minimum), ...encode(maximum)];
  return splice(module, sizeAt, end, [...encode(content.length), ...content]);
}

/** Where a section is: its size, the start of its content, its end. */
function findSection(module: Uint8Array, wanted: number): { sizeAt: number; start: number; end: number } {
  const reader = new Reader(module, HEADER_BYTES);
  while (reader.at < module.length) {
    const id = reader.byte();
    const sizeAt = reader.at;
    const size = reader.number();
    const start = reader.at;
    reader.at += size;
    if (reader.at > module.length) throw new Error(CUT_OFF);
    if (id === wanted) return { sizeAt, start, end: reader.at };
  }
  throw new Error('the module does not define one memory');
}

/** Replaces what is between start and end. */
function splice(module: Uint8Array<ArrayBuffer>, start: number, end: number, insert: readonly number[]) {
  const length = start + insert.length + (module.length - end);
  const hasRoom = module.byteOffset + length <= module.buffer.byteLength;
  const target = hasRoom ? module.buffer : new ArrayBuffer(length);
  const result = new Uint8Array(target, hasRoom ? module.byteOffset : 0, length);
  // The rear goes first, before the insertion lands on its beginning; set() copes with overlap.
  result.set(module.subarray(end), start + insert.length);
  if (!hasRoom) result.set(module.subarray(0, start));
  result.set(insert, start);
  return result;
}

/** Reads bytes and LEB128 numbers from a position on. */
class Reader {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new Error(CUT_OFF);
    return byte;
  }

  number(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
  }
}

/** An unsigned number as LEB128. */
function encode(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...encode(Math.floor(value / 128))];
}
