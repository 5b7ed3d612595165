import { createHash, timingSafeEqual } from 'node:crypto';
import { RELAY_SERVICE } from '../argocd/names.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { DoorKey, type KeySource, type TokenVerdict } from './door-key.ts';
import { readDoorKey } from './read-door-key.ts';

/** Argo CD may load its Secret later than the relay. */
const FORMER_VALID_MS = 5 * 60_000;

/**
 * The capability, which Argo CD and the relay read from the same Secret. Only its hash stays in memory. The operator writes it with the
 * first route, so there is none before.
 */
export class Capability extends DoorKey {
  constructor(source: KeySource) {
    super({
      ...source,
      keep: hashOf,
      formerValidMs: FORMER_VALID_MS,
      name: 'the capability of the relay',
      lost: 'the Secret of Argo CD has no capability for the relay any more; the operator writes it',
    });
  }

  judge(token: string): Promise<TokenVerdict> {
    const hash = hashOf(token);
    return this.judgeBy((kept) => timingSafeEqual(hash, kept));
  }
}

/** Reads the one Secret that Argo CD reads, too, and takes the one key of it. */
export const readCapability = (
  { request }: Pick<Connection, 'request'>,
  { target: { namespace, secret } }: Pick<OperatorConfiguration, 'target'>,
): Promise<string | undefined> => readDoorKey(request, namespace, secret, RELAY_SERVICE);

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();
