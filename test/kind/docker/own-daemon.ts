import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../../../operator/lib/testing/eventually.ts';
import { execute } from '../execute.ts';
import {
  DAEMON_DATA,
  DAEMON_PID_FILE,
  DAEMON_RUN,
  daemonConfiguration,
  installed,
  MOUNTED_MARK,
  mountSystemdHierarchy,
  SYSTEMD_HIERARCHY,
} from './daemon-settings.ts';
import { type Docker, findDocker, OWN_SOCKET } from './docker.ts';
import { mountsBelow, thisMachine } from './machine.ts';

const LOG_FILE = join(DAEMON_DATA, 'dockerd.log');

/** The file that is held while a daemon is started. */
export async function lockOfDaemon(): Promise<string> {
  await mkdir(DAEMON_DATA, { recursive: true });
  return join(DAEMON_DATA, 'start.lock');
}

/**
 * Starts a docker daemon as root, which goes on running.
 *
 * @throws Error with the end of its log if it does not answer within a minute; the signal's reason if that fires.
 */
export async function startDaemon(signal: AbortSignal): Promise<Docker> {
  await mkdir(DAEMON_RUN, { recursive: true });
  const machine = thisMachine();
  if (machine.cgroups === 'v1') await mountSystemdHierarchy();
  const config = join(DAEMON_DATA, 'daemon.json');
  await writeFile(config, JSON.stringify(await daemonConfiguration(machine), undefined, 2));
  const log = openSync(LOG_FILE, 'w');
  const child = spawn(installed('dockerd'), ['--config-file', config], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  let ended: string | undefined;
  child.once('error', (error) => {
    ended = String(error);
  });
  child.once('exit', (code, killedBy) => {
    ended = `dockerd ended with ${killedBy ?? `exit code ${code}`}`;
  });
  try {
    const answer = await eventually(
      'dockerd to answer',
      async () => signal.aborted || ended || findDocker(),
      {
        timeoutMs: 60_000,
        intervalMs: 200,
      },
    );
    signal.throwIfAborted();
    if (typeof answer === 'object') return answer;
    throw new Error(`${ended}`);
  } catch (cause) {
    child.kill('SIGTERM');
    await stopDaemon();
    signal.throwIfAborted();
    const tail = readFileSync(LOG_FILE, 'utf8').trimEnd().split('\n').slice(-15).join('\n  ');
    throw new Error(`the docker daemon does not start; the end of ${LOG_FILE}:\n  ${tail}`, { cause });
  }
}

/**
 * Ends the daemon that {@link startDaemon} started, with its containers, mounts and network bridge. Images stay on the disk.
 *
 * @returns whether there was one
 * @throws Error if it does not end within a minute
 */
export async function stopDaemon(): Promise<boolean> {
  const pid = await runningPid();
  if (pid !== undefined) {
    await removeNetworks();
    process.kill(pid, 'SIGTERM');
    await eventually('the docker daemon to end', async () => (await runningPid()) === undefined, {
      timeoutMs: 60_000,
      intervalMs: 100,
    });
  }
  for (const path of mountsBelow(readFileSync('/proc/self/mounts', 'utf8'), [DAEMON_DATA, DAEMON_RUN]))
    await execute('umount', [path], { timeoutMs: 10_000 });
  if (existsSync(MOUNTED_MARK)) await execute('umount', [SYSTEMD_HIERARCHY], { timeoutMs: 10_000 });
  if (pid !== undefined) await removeBridge();
  await rm(DAEMON_RUN, { recursive: true, force: true });
  return pid !== undefined;
}

/** The daemon's own bridge, which it leaves behind at most of its ends. */
async function removeBridge(): Promise<void> {
  const isThere = (): boolean => existsSync('/sys/class/net/docker0');
  if (!isThere()) return;
  await execute('ip', ['link', 'delete', 'docker0'], { timeoutMs: 10_000 }).catch((error: unknown) => {
    // A daemon that ends at this moment may take it away itself.
    if (isThere()) throw error;
  });
}

/** Without them, their bridges go, too; a daemon that hangs has to end all the same. */
async function removeNetworks(): Promise<void> {
  const env = { DOCKER_HOST: `unix://${OWN_SOCKET}` };
  await execute('docker', ['network', 'prune', '--force'], { env, timeoutMs: 10_000 }).catch(() => undefined);
}

/** The daemon's process, if it runs: a pid file may be left over, and its number may be another program's now. */
async function runningPid(): Promise<number | undefined> {
  try {
    const pid = Number(await readFile(DAEMON_PID_FILE, 'utf8'));
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return command.includes('dockerd') ? pid : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}
