import type { MessagePort } from 'node:worker_threads';

/**
 * What a thread of this folder is started to be. The keeper compiles the module and hands it out; the runner
 * instantiates it and answers. They are two so that a runner that has to be killed costs a tenth of a second and no
 * second compilation, while the main thread never holds the module: only the end of a thread returns its memory for
 * certain.
 */
export type ThreadRole = KeeperRole | RunnerRole;

export interface KeeperRole {
  readonly role: 'keeper';
  /** The gzipped module. */
  readonly wasmPath: string;
  readonly maxMemoryBytes: number;
}

export interface RunnerRole {
  readonly role: 'runner';
  /** The module comes in here, from the keeper. */
  readonly modulePort: MessagePort;
  readonly maxMemoryBytes: number;
  readonly maxAnswerBytes: number;
}

/** To the keeper: send the module there. */
export interface ModuleWanted {
  readonly modulePort: MessagePort;
}

/** From the runner. It gets plain request texts, one at a time. */
export type RunnerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'answer'; readonly text: string }
  /** The last message of a runner. */
  | { readonly type: 'fault'; readonly kind: 'memory' | 'trap'; readonly message: string };
