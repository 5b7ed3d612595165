import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ImageSettings, makeImage } from './image.ts';

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'image-'));
});
afterEach(() => rmSync(work, { recursive: true }));

const SETTINGS: ImageSettings = { entrypoint: ['/program'], env: { A: 'b' }, user: '65532:65532' };
const tag = (digest: string) => `name:${digest.slice(0, 12)}`;

/** Makes an image of two files, which are written at another time in each call. */
function make(name: string, content: string, settings = SETTINGS) {
  const sources = ['lower', 'upper'].map((layer) => join(work, name, layer));
  for (const [index, source] of sources.entries()) {
    mkdirSync(source, { recursive: true });
    writeFileSync(join(source, 'file'), index === 0 ? 'base' : content);
    utimesSync(join(source, 'file'), new Date(), name.length);
  }
  return makeImage(
    join(work, name, 'image'),
    sources.map((source) => ({ source })),
    settings,
    tag,
  );
}

it('the same content gives the same image, wherever and whenever it is made', async () => {
  const digests = [await make('a', 'x'), await make('another', 'x')].map(({ digest }) => digest);
  expect(new Set(digests).size).toBe(1);
});

it.each<[string, ImageSettings]>([
  ['y', SETTINGS],
  ['x', { ...SETTINGS, stopSignal: 'SIGTERM' }],
])('other content or settings give another image: %s %j', async (content, settings) => {
  expect((await make('a', 'x')).digest).not.toBe((await make('b', content, settings)).digest);
});

it('has its name, its layers from the lowest, and their digests', async () => {
  const { directory, digest } = await make('a', 'x');
  const read = (file: string) => readFileSync(join(directory, file));
  const [manifest] = JSON.parse(read('manifest.json').toString());
  expect(manifest.RepoTags).toEqual([tag(digest)]);
  expect(createHash('sha256').update(read(manifest.Config)).digest('hex')).toBe(digest);
  const { config, rootfs } = JSON.parse(read(manifest.Config).toString());
  expect(config).toEqual({ Entrypoint: ['/program'], Env: ['A=b'], User: '65532:65532' });
  const layers = (manifest.Layers as string[]).map(read);
  expect(layers.map((layer) => layer.includes('base'))).toEqual([true, false]);
  expect(rootfs.diff_ids).toEqual(
    layers.map((layer) => `sha256:${createHash('sha256').update(layer).digest('hex')}`),
  );
});
