import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { BuildContext } from './build-context.ts';

/** An owner touches its lock this often; one that was not touched for four times as long has no owner any more. */
const TOUCH_MS = 15_000;
const STALE_MS = 4 * TOUCH_MS;
const RETRY_MS = 250;

/**
 * Runs `work` while holding the lock file, waiting for another process that holds it. A lock whose owner died is
 * taken over. `report` gets a line when waiting starts and every 15 s after. The lock only saves double work; should two owners ever meet, nothing may break because of it.
 *
 * @throws whatever `work` throws; AbortError when `signal` fires while waiting.
 */
export async function withLock<T>(path: string, options: BuildContext, work: () => Promise<T>): Promise<T> {
  const mark = `process ${process.pid} on ${hostname()}`;
  await acquire(path, mark, options);
  const touching = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch((error: unknown) => options.report(`${path}: cannot be touched: ${error}`));
  }, TOUCH_MS);
  try {
    return await work();
  } finally {
    clearInterval(touching);
    if ((await contentOf(path)) === mark) await rm(path, { force: true });
  }
}

async function acquire(path: string, mark: string, options: BuildContext): Promise<void> {
  for (let waited = 0; !(await claim(path, mark)); waited += RETRY_MS) {
    const owner = await contentOf(path);
    if (await isStale(path, owner)) {
      await rm(path, { force: true });
      continue;
    }
    if (waited % TOUCH_MS === 0)
      options.report(`waiting for the build of ${owner || 'somebody else'} to finish`);
    await delay(RETRY_MS, undefined, { signal: options.signal });
  }
}

async function claim(path: string, mark: string): Promise<boolean> {
  try {
    await writeFile(path, mark, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new Error(`cannot create the lock ${path}`, { cause: error });
  }
}

async function isStale(path: string, owner: string | undefined): Promise<boolean> {
  if (owner === undefined) return false; // released meanwhile: the next claim tells
  if (ownerDied(owner)) return true;
  const status = await stat(path).catch(ignoreAbsence);
  return status !== undefined && Date.now() - status.mtimeMs > STALE_MS;
}

/** Only the host that runs the owner can tell; a text that is still being written has no owner to ask about. */
function ownerDied(owner: string): boolean {
  const match = /^process (\d+) on (.*)$/.exec(owner);
  if (match?.[1] === undefined || match[2] !== hostname()) return false;
  try {
    process.kill(Number(match[1]), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

async function contentOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(ignoreAbsence);
}

function ignoreAbsence(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  return undefined;
}
