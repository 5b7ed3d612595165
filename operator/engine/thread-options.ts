import type { WorkerOptions } from 'node:worker_threads';

/**
 * What both threads start with: nothing of the process' environment, flags or standard input. JavaScript's own objects
 * are few in there, requests and answers; the module and its memory don't count as such.
 */
export const THREAD_OPTIONS: WorkerOptions = {
  env: {},
  execArgv: [],
  stdin: false,
  resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 },
};
