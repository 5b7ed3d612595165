import { join } from 'node:path';
import { type RunResult, run } from './run.ts';

/** kubectl, bound to one kubeconfig. */
export interface Kubectl {
  /**
   * Runs kubectl and gives its standard output.
   *
   * @param input text for `-f -`
   * @throws Error with kubectl's standard error when it fails.
   */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** The same, but a failure is a result and not an error. */
  tryKubectl(args: readonly string[], input?: string): Promise<RunResult>;
}

/**
 * Binds kubectl to a kubeconfig file and nothing else: the caller's own kubeconfig and cache stay out of it.
 *
 * @param dir folder for kubectl's discovery cache
 */
export function bindKubectl(program: string, kubeconfigFile: string, dir: string): Kubectl {
  const fixed = ['--kubeconfig', kubeconfigFile, '--cache-dir', join(dir, 'kubectl-cache')];
  const env = { KUBECONFIG: undefined, HTTPS_PROXY: undefined, https_proxy: undefined };
  const tryKubectl: Kubectl['tryKubectl'] = (args, input) =>
    run(program, [...fixed, ...args], { env, ...(input === undefined ? {} : { input }) });
  const kubectl: Kubectl['kubectl'] = async (args, input) => {
    const { code, stdout, stderr } = await tryKubectl(args, input);
    if (code !== 0)
      throw new Error(`kubectl ${args.join(' ')} ended with exit code ${code}: ${stderr.trim()}`);
    return stdout;
  };
  return { kubectl, tryKubectl };
}
