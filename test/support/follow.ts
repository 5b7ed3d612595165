import type { ControlPlane } from './control-plane.ts';
import { startProcess } from './processes.ts';
import { locateTools } from './tools.ts';

/** One state of an object, as far as the template tells of it, and when it was heard of. */
export interface State {
  /** Milliseconds on a clock that is never set, `performance.now()`. */
  readonly at: number;
  readonly line: string;
}

/** The states so far, in order; the list grows until `stop`. */
export interface Follower {
  readonly states: readonly State[];
  lines(): string[];
  stop(): Promise<void>;
}

/**
 * Follows the states of objects from now on, the present ones first.
 *
 * @param what kind, and perhaps a name
 * @param jsonpath one line for each state, in kubectl's template language: `{.data}`
 * @returns once the first state is there
 */
export async function follow(
  cp: Pick<ControlPlane, 'adminKubeconfig'>,
  what: readonly string[],
  namespace: string,
  jsonpath: string,
): Promise<Follower> {
  const states: State[] = [];
  let rest = '';
  const kubectl = await startProcess({
    name: `kubectl get ${what.join(' ')} --watch`,
    command: locateTools().kubectl,
    args: [
      ...['--kubeconfig', cp.adminKubeconfig, 'get', ...what, '-n', namespace],
      ...['--watch', '-o', `jsonpath=${jsonpath}{"\\n"}`],
    ],
    onOutput: (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines.filter(Boolean)) states.push({ at: performance.now(), line });
    },
    ready: () => states.length > 0,
  });
  return {
    states,
    lines: () => states.map(({ line }) => line),
    stop: async () => void (await kubectl.stop()),
  };
}
