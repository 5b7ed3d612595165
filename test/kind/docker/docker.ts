/**
 * The docker daemon that kind works with: the one that is there, or one of our own (daemon.ts). machine.ts reads what the
 * machine gives to containers, and runtime-script.ts is for machines that withhold something.
 */

import { type ExecuteOptions, execute } from '../execute.ts';

const ASK_MS = 10_000;

/** Where our own daemon listens, which every checkout on the machine shares. */
export const OWN_SOCKET = '/run/argocd-dingtalk-kind/docker.sock';

/** A docker daemon that answers. */
export interface Docker {
  /** What `docker` and `kind` need in their environment to reach it. */
  readonly env: Readonly<Record<string, string>>;
  /** For messages: `unix:///run/argocd-dingtalk-kind/docker.sock`. */
  readonly address: string;
  /** The name of the runtime that it uses unless told otherwise. */
  readonly runtime: string;
}

/**
 * Finds a docker daemon: that of DOCKER_HOST if it is set, otherwise the usual one, otherwise our own.
 *
 * @returns undefined if none of them answers within 10 s, or if there is no docker at all
 */
export async function findDocker(environment: NodeJS.ProcessEnv = process.env): Promise<Docker | undefined> {
  const explicit = environment.DOCKER_HOST;
  const candidates = explicit ? [{}] : [{}, { DOCKER_HOST: `unix://${OWN_SOCKET}` }];
  for (const env of candidates) {
    const runtime = await defaultRuntime(env);
    const address = explicit ?? env.DOCKER_HOST ?? 'the usual docker daemon';
    if (runtime !== undefined) return { env, address, runtime };
  }
  return undefined;
}

async function defaultRuntime(env: Readonly<Record<string, string>>): Promise<string | undefined> {
  try {
    const format = '{{.DefaultRuntime}}';
    const runtime = (
      await execute('docker', ['info', '--format', format], { env, timeoutMs: ASK_MS })
    ).trim();
    return runtime === '' ? undefined : runtime; // newer clients print an empty line, and succeed, without a daemon
  } catch {
    return undefined;
  }
}

/** Runs a command of docker's client, see {@link execute}. */
export function dockerCommand(
  { env }: Docker,
  args: readonly string[],
  options: ExecuteOptions,
): Promise<string> {
  return execute('docker', args, { ...options, env: { ...env, ...options.env } });
}

/** Whether the daemon has an image of this name. */
export async function hasImage(docker: Docker, name: string): Promise<boolean> {
  const args = ['image', 'ls', '--quiet', '--filter', `reference=${name}`];
  return (await dockerCommand(docker, args, { timeoutMs: ASK_MS })).trim() !== '';
}
