import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder for the control planes that test files take over from each other. */
    controlPlanes: string;
  }
}

/** Makes the folder before the first test file; what it returns removes it when no worker is left, and so no control plane. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'control-planes-'));
  project.provide('controlPlanes', folder);
  // A process that is being killed may still write.
  return () => rm(folder, { recursive: true, force: true, maxRetries: 10 });
}
