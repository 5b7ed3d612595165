import { type RunningProcess, startProcess } from './processes.ts';

const REPOSITORY = new URL('../..', import.meta.url).pathname;

/** Starts `make demo` with variables such as `ONCE=1`. */
export const startDemo = (...variables: string[]): Promise<RunningProcess> =>
  startProcess({ name: 'make demo', command: 'make', args: ['demo', ...variables], cwd: REPOSITORY });
