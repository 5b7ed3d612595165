import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordingLog } from '../../lib/testing/recording-log.ts';
import type { RelayStore } from '../model.ts';
import { openRelayStore } from '../store/open.ts';
import { SenderStore } from './sender-store.ts';

const CLAIM_MS = 30_000;

/** Every store that the loop is tested with. */
export const SENDER_STORES: readonly (readonly [name: string, open: () => Promise<RelayStore>])[] = [
  ['in memory', async () => new SenderStore({ claimMs: CLAIM_MS })],
  [
    'in SQLite',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'relay-sender-'));
      const store = await openRelayStore(
        { sqlite: join(folder, 'relay.db') },
        { log: recordingLog(), claimMs: CLAIM_MS },
      );
      const close = store[Symbol.asyncDispose].bind(store);
      return Object.assign(store, {
        [Symbol.asyncDispose]: async () => {
          await close();
          rmSync(folder, { recursive: true });
        },
      });
    },
  ],
];
