import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Behaviour, tinyModule } from './tiny-module.ts';

/** A gzipped tiny module as a file, which is removed on disposal. */
export function tinyEngineFile(behaviours: Readonly<Record<string, Behaviour>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  const wasmPath = join(folder, 'engine.wasm.gz');
  writeFileSync(wasmPath, gzipSync(tinyModule(behaviours)));
  return { wasmPath, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}
