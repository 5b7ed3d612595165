import type { RelayStore } from '../model.ts';
import { SenderStore } from './sender-store.ts';

/** Every store that the loop is tested with. */
export const SENDER_STORES: readonly (readonly [name: string, open: () => Promise<RelayStore>])[] = [
  ['in memory', async () => new SenderStore()],
];
