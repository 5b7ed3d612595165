/** What a tiny module does when it is called. */
export type Behaviour =
  /** Answers with the request itself. */
  | 'echo'
  /** Answers with something other than JSON. */
  | 'mumble'
  /** Answers with 16 KiB of nothing. */
  | 'babble'
  /** Runs for ever. */
  | 'loop'
  /** Takes memory until there is none, and ends itself as Go does. */
  | 'eat'
  /** Calls itself for ever. */
  | 'recurse'
  /** Executes `unreachable`. */
  | 'trap';

/** 64 KiB each. */
export const TINY_PAGES = 4;
const REQUEST_AT = 65_536;
/** In `{"call":"check"…` the place of the first letter of the call's name. */
const LETTER_AT = 9;
const LAST_WORDS = Buffer.from('fatal error: out of memory\n');
const LAST_WORDS_AT = 64;
const VECTOR_AT = 32;

const I32 = 0x7f;
const I64 = 0x7e;
/** Functions are numbered in order, the imported ones first. */
const PROC_EXIT = 0;
const FD_WRITE = 1;
const RECURSE = 5;

const CODE: Readonly<Record<Behaviour, readonly number[]>> = {
  // return i64(address) << 32 | i64(length)
  echo: [0x20, 0, 0xad, 0x42, 32, 0x86, 0x20, 1, 0xad, 0x84, 0x0f],
  // return i64 address << 32 | length
  mumble: [0x42, ...signed(LAST_WORDS_AT), 0x42, 32, 0x86, 0x42, LAST_WORDS.length, 0x84, 0x0f],
  // return i64 16384
  babble: [0x42, ...signed(16_384), 0x0f],
  // loop: br loop
  loop: [0x03, 0x40, 0x0c, 0, 0x0b],
  // loop: if (memory.grow(16) != -1) br loop; then fd_write(2, vector, 1, 0), drop, proc_exit(2)
  eat: [
    ...[0x03, 0x40, 0x41, 16, 0x40, 0, 0x41, 0x7f, 0x47, 0x0d, 0, 0x0b],
    ...[0x41, 2, 0x41, VECTOR_AT, 0x41, 1, 0x41, 0, 0x10, FD_WRITE, 0x1a, 0x41, 2, 0x10, PROC_EXIT],
  ],
  recurse: [0x10, RECURSE],
  trap: [0x00],
};

/**
 * A WebAssembly module with the engine's exports, assembled by hand: a few hundred bytes that hang, burst or crash
 * on demand.
 * @param behaviours by the first letter of the call's name; the others get an echo
 * @param maximumPages the limit that the module sets itself
 */
export function tinyModule(
  behaviours: Readonly<Record<string, Behaviour>> = {},
  maximumPages?: number,
): Uint8Array<ArrayBuffer> {
  const branches = Object.entries(behaviours).map(([letter, behaviour]) => [
    // if (request[LETTER_AT] == letter) { … }
    ...[0x20, 0, 0x2d, 0, LETTER_AT, 0x41, ...signed(letter.charCodeAt(0)), 0x46, 0x04, 0x40],
    ...[...CODE[behaviour], 0x0b],
  ]);
  const memory = maximumPages === undefined ? [0, TINY_PAGES] : [1, TINY_PAGES, ...unsigned(maximumPages)];
  const types = [
    [0x60, 1, I32, 0],
    [0x60, 4, I32, I32, I32, I32, 1, I32],
    [0x60, 0, 0],
    [0x60, 1, I32, 1, I32],
    [0x60, 2, I32, I32, 1, I64],
  ];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    // Custom sections can stand anywhere. This one's size takes two bytes.
    ...section(0, [...name('note'), ...new Array(200).fill(5)]),
    ...section(1, vector(types)),
    ...section(2, vector([imported('proc_exit', 0), imported('fd_write', 1)])),
    ...section(3, vector([[2], [3], [4], [2]])),
    ...section(5, vector([memory])),
    ...section(
      7,
      vector([
        exported('_initialize', 2),
        exported('alloc', 3),
        exported('call', 4),
        [...name('memory'), 2, 0],
      ]),
    ),
    ...section(
      10,
      vector([
        body([]),
        body([0x41, ...signed(REQUEST_AT)]),
        body([...branches.flat(), ...CODE.echo]),
        body(CODE.recurse),
      ]),
    ),
    ...section(
      11,
      vector([
        [0, 0x41, VECTOR_AT, 0x0b, 8, LAST_WORDS_AT, 0, 0, 0, LAST_WORDS.length, 0, 0, 0],
        [0, 0x41, ...signed(LAST_WORDS_AT), 0x0b, LAST_WORDS.length, ...LAST_WORDS],
      ]),
    ),
  ]);
}

function imported(what: string, type: number): number[] {
  return [...name('wasi_snapshot_preview1'), ...name(what), 0, type];
}

function exported(what: string, index: number): number[] {
  return [...name(what), 0, index];
}

function body(code: readonly number[]): number[] {
  return [...unsigned(code.length + 2), 0, ...code, 0x0b];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function name(text: string): number[] {
  return [text.length, ...Buffer.from(text)];
}

/** LEB128 */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

/** LEB128 of a constant that is not negative: the last byte's second bit is the sign. */
function signed(value: number): number[] {
  return value < 64 ? [value] : [(value & 127) | 128, ...signed(value >>> 7)];
}
