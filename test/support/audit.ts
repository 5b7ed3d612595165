import { closeSync, existsSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LOG = 'audit.log';
const PIECE = 2 ** 16;

/** A request that the API server has answered; a watch, once it was accepted. */
export interface AuditedRequest {
  readonly user: string;
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`. */
  readonly verb: string;
  /** With the subresource: `dingtalkrobots/status`; empty for a path that is no resource. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly code: number;
  /** When the answer was complete, in milliseconds since 1970. */
  readonly at: number;
}

/** The line of the log, as far as it is read here. https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/ */
interface Line {
  readonly stage: string;
  readonly verb: string;
  readonly stageTimestamp: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

/** Writes a policy that records the requests of some users; returns the arguments of the API server for it. */
export async function auditArgs(dir: string, users: readonly string[]): Promise<string[]> {
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [{ level: 'Metadata', users }, { level: 'None' }],
  };
  const file = join(dir, 'audit-policy.json');
  writeFileSync(file, JSON.stringify(policy));
  // Old files would be renamed.
  return ['--audit-policy-file', file, '--audit-log-path', join(dir, LOG), '--audit-log-maxsize', '10000'];
}

/** Reads the requests that the API server of a control plane has recorded. */
export class AuditLog {
  readonly #file: string;
  readonly #requests: AuditedRequest[] = [];
  #offset = 0;
  #rest = '';

  /** @param dir the folder of the control plane */
  constructor(dir: string) {
    this.#file = join(dir, LOG);
  }

  /** All requests so far, in the order of their answers. */
  requests(): readonly AuditedRequest[] {
    if (!existsSync(this.#file)) return this.#requests;
    const file = openSync(this.#file, 'r');
    const piece = Buffer.alloc(PIECE);
    try {
      for (let read = PIECE; read > 0; ) {
        read = readSync(file, piece, 0, PIECE, this.#offset);
        this.#offset += read;
        this.#take(piece.toString('latin1', 0, read));
      }
    } finally {
      closeSync(file);
    }
    return this.#requests;
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() as string;
    for (const line of lines) {
      const parsed = JSON.parse(line) as Line;
      // A watch is complete when it has ended.
      const stage = parsed.verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete';
      if (parsed.stage === stage) this.#requests.push(requestOf(parsed));
    }
  }
}

function requestOf({ verb, user, objectRef = {}, responseStatus, stageTimestamp }: Line): AuditedRequest {
  const { resource = '', subresource, namespace = '', name = '' } = objectRef;
  return {
    user: user.username,
    verb,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    namespace,
    name,
    code: responseStatus?.code ?? 0,
    at: Date.parse(stageTimestamp),
  };
}
