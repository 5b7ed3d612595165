import { readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execute } from '../execute.ts';
import { OWN_SOCKET } from './docker.ts';
import type { Machine } from './machine.ts';
import { runtimeScript } from './runtime-script.ts';
import { systemProgram } from './system-program.ts';

/** Images and containers. Outside of any checkout, so that it outlives one, and so that all of them share one daemon. */
export const DAEMON_DATA = '/var/lib/argocd-dingtalk-kind';
/** What is of no use without a running daemon. */
export const DAEMON_RUN = '/run/argocd-dingtalk-kind';
export const DAEMON_PID_FILE = join(DAEMON_RUN, 'docker.pid');
/** The name of the runtime that asks for nothing that the machine withholds. */
export const BOUNDED_RUNTIME = 'runc-within-bounds';

/** systemd's own hierarchy of cgroup v1. */
export const SYSTEMD_HIERARCHY = '/sys/fs/cgroup/systemd';
/** Is there while the hierarchy that we mounted is. */
export const MOUNTED_MARK = join(DAEMON_RUN, 'mounted-systemd-hierarchy');

/**
 * The absolute path of a program of the system.
 *
 * @throws Error if it is not installed
 */
export function installed(name: string): string {
  const path = systemProgram(name);
  if (path === undefined) throw new Error(`${name} is not installed`);
  return path;
}

/** dockerd's configuration file for a machine; its runtime is written beside it if the machine needs one. */
export async function daemonConfiguration({ withheld }: Machine): Promise<object> {
  const common = {
    'data-root': join(DAEMON_DATA, 'data'),
    'exec-root': join(DAEMON_RUN, 'exec'),
    pidfile: DAEMON_PID_FILE,
    hosts: [`unix://${OWN_SOCKET}`],
    'log-level': 'warn',
  };
  if (withheld.length === 0) return common;
  const path = join(DAEMON_DATA, BOUNDED_RUNTIME);
  await writeFile(path, runtimeScript(withheld, installed('runc')));
  await chmod(path, 0o755);
  return { ...common, runtimes: { [BOUNDED_RUNTIME]: { path } }, 'default-runtime': BOUNDED_RUNTIME };
}

/** systemd in a node needs a hierarchy of its own name beside the controllers', also on a machine without systemd. */
export async function mountSystemdHierarchy(): Promise<void> {
  if (readFileSync('/proc/self/mounts', 'utf8').includes(` ${SYSTEMD_HIERARCHY} `)) return;
  await mkdir(SYSTEMD_HIERARCHY, { recursive: true });
  const args = ['-t', 'cgroup', '-o', 'none,name=systemd', 'cgroup', SYSTEMD_HIERARCHY];
  await execute('mount', args, { timeoutMs: 10_000 });
  await writeFile(MOUNTED_MARK, '');
}
