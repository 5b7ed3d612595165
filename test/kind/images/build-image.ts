import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildContext } from '../../../engine/go-build/build-context.ts';
import { type Docker, dockerCommand, hasImage } from '../docker/docker.ts';
import { KIND_OUTPUT } from '../programs.ts';
import { step } from '../step.ts';
import { type ImageSettings, type Layer, makeImage } from './image.ts';
import { loadImage } from './load-image.ts';

/** How an image that the tests need is made. */
export interface Recipe {
  /** Its name; the tag follows from the content. */
  readonly name: string;
  readonly settings: ImageSettings;
  /** Fills a folder, and gives the layers that are in it. */
  readonly layers: (folder: string) => Promise<readonly Layer[]>;
}

/**
 * Makes an image that docker has then, unless docker has one with the same content.
 *
 * @returns its name and tag: `argocd-dingtalk-kind/fake-dingtalk:0123456789ab`, where the tag stands for the content
 */
export async function buildImage(docker: Docker, recipe: Recipe, context: BuildContext): Promise<string> {
  const { name, settings, layers } = recipe;
  const what = { name: `image ${name}`, doing: 'making it', expected: 'about 3 s' };
  return step(what, context, async () => {
    await mkdir(KIND_OUTPUT, { recursive: true });
    const work = await mkdtemp(join(KIND_OUTPUT, 'image-'));
    try {
      const tagOf = (digest: string) => `argocd-dingtalk-kind/${name}:${digest.slice(0, 12)}`;
      const image = await makeImage(join(work, 'image'), await layers(work), settings, tagOf, context.signal);
      const tag = tagOf(image.digest);
      if (!(await hasImage(docker, tag))) await loadImage(docker, image, context.signal);
      return tag;
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
}

/** Gives an image one more name. */
export async function tagImage(docker: Docker, image: string, name: string): Promise<void> {
  await dockerCommand(docker, ['tag', image, name], { timeoutMs: 10_000 });
}
