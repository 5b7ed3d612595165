import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { LIMIT_ROOM, limitMemory } from './memory-limit.ts';

const CHUNK_BYTES = 1 << 18;

/**
 * Compiles a gzipped WebAssembly module whose memory is then limited. Of the tens of megabytes of an engine only one
 * copy is made, and let go as soon as the compiler has its own.
 */
export async function compileFile(path: string, maxMemoryBytes: number): Promise<WebAssembly.Module> {
  const bytes = limitMemory(await gunzipFile(path, LIMIT_ROOM), maxMemoryBytes);
  const module = await WebAssembly.compile(bytes);
  // Frees the memory now; a collection may be long in coming to a thread that rests.
  bytes.buffer.transfer(0);
  return module;
}

/** A file's uncompressed content, with some room behind it in its buffer. */
async function gunzipFile(path: string, room: number): Promise<Uint8Array<ArrayBuffer>> {
  const size = await uncompressedSize(path);
  const bytes = new Uint8Array(new ArrayBuffer(size + room), 0, size);
  let filled = 0;
  await pipeline(
    createReadStream(path, { highWaterMark: CHUNK_BYTES }),
    createGunzip({ chunkSize: CHUNK_BYTES }),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        if (filled + chunk.length > size) throw new Error(`${path} is damaged`);
        bytes.set(chunk, filled);
        filled += chunk.length;
      }
    },
  );
  if (filled !== size) throw new Error(`${path} is damaged`);
  return bytes;
}

/** What the last four bytes of a gzip file with one member say. */
async function uncompressedSize(path: string): Promise<number> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size < 18) throw new Error(`${path} is not a gzip file`);
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, size - 4);
    return buffer.readUInt32LE();
  } finally {
    await file.close();
  }
}
