import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locateEngine } from '../../../engine/locate.ts';
import { largeApiServer } from '../../cluster/large-objects.ts';
import { auditArgs } from '../../support/audit.ts';
import { ONE_EVENT } from '../teams/landscape.ts';
import { TeamsStage } from '../teams/stage.ts';
import { OWN_USER } from './own-subject.ts';
import { PEER_USER } from './peer-subject.ts';

/** So many sets fit into the ConfigMap of an ordinary API server. */
export const ORDINARY_SETS = 300;
/** More than a set takes in any object, in bytes. */
const SET_BYTES = 5_000;
const MIB = 2 ** 20;
/** The engine's cap for a ConfigMap of 1000 sets. */
const ENGINE_BYTES = 768 * MIB;
/** So much etcd takes in a request. */
const ETCD_BYTES = 16 * MIB;

/**
 * An API server that records the operators' requests, without sets yet. For more sets than an ordinary one can hold, it takes
 * larger ConfigMaps, and the operator's budget and its engine's cap are raised.
 * @param report gets a line per step of a build
 */
export async function startScaleStage(
  sets: number,
  { report, signal }: { readonly report: (line: string) => void; readonly signal: AbortSignal },
): Promise<TeamsStage> {
  const controlPlane = { apiServerArgs: (dir: string) => auditArgs(dir, [OWN_USER, PEER_USER]) };
  if (sets <= ORDINARY_SETS) return TeamsStage.start(sets, { shape: ONE_EVENT, controlPlane });
  const kubeApiserver = await largeApiServer({ report, signal });
  const bytes = sets * SET_BYTES;
  const engine = engineWith(ENGINE_BYTES);
  const stage = await TeamsStage.start(sets, {
    shape: ONE_EVENT,
    controlPlane: { ...controlPlane, kubeApiserver, etcdArgs: ['--max-request-bytes', String(ETCD_BYTES)] },
    fields: { limits: { configMapBytes: bytes, secretBytes: bytes } },
    env: { ARGOCD_DINGTALK_ENGINE: engine.program },
  });
  stage.defer(engine.remove);
  return stage;
}

/** The engine with another limit of its memory. */
function engineWith(bytes: number): { readonly program: string; readonly remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'engine-'));
  const program = join(dir, 'engine');
  writeFileSync(program, `#!/bin/sh\nexec '${locateEngine()}' --max-memory ${bytes}\n`);
  chmodSync(program, 0o700);
  return { program, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
