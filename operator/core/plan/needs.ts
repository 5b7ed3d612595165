import { resourceKey } from '../../api/names.ts';
import type { SubscriptionEntry } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import { readSignature } from '../../dingtalk/sign.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import { bytesOf, type Need } from './budget.ts';

/** The bytes of an entry of the shared key beside its names: markers, field names, quotes. */
const ENTRY_OVERHEAD = 100;

/** The bytes of `&timestamp=` and `&sign=` with their values. The length of a signature changes with every renewal. */
const SIGNATURE_BYTES = 80;

type Data = Readonly<Record<string, string>>;

interface Named {
  readonly metadata: { readonly namespace: string; readonly name: string };
}

/** Holders in the budget: a robot and a subscription may have the same name. */
export const robotHolder = (cr: Named): string =>
  holders.get(cr.metadata, ['robot'], () => `robot ${resourceKey(cr)}`);
export const subscriptionHolder = (cr: Named): string =>
  holders.get(cr.metadata, ['subscription'], () => `subscription ${resourceKey(cr)}`);

/** The same text each time, so a Map hashes it once. */
const holders = new ObjectMemo<Named['metadata'], string>();

/** The needs of a subscription: these keys of the ConfigMap, and its entry, which is absent if somebody has removed it. */
export function subscriptionNeed(
  namespace: string,
  configMap: Data,
  entry: SubscriptionEntry | undefined,
): Need {
  const entryBytes = entry ? ENTRY_OVERHEAD + Buffer.byteLength(JSON.stringify(entry)) : 0;
  const keys = Object.keys(configMap).length;
  return { namespace, subscriptions: 1, keys, configMap: bytesOf(configMap) + entryBytes, secret: 0 };
}

/** The needs of a robot: its service in the ConfigMap, and its URL in the Secret if it has one. */
export function robotNeed(
  namespace: string,
  configMap: Data,
  service: string,
  url: string | undefined,
): Need {
  const secret = url === undefined ? 0 : Buffer.byteLength(service) + urlBytes(url);
  return { namespace, subscriptions: 0, keys: 2, configMap: bytesOf(configMap), secret };
}

function urlBytes(url: string): number {
  const base = readSignature(url)?.base;
  return base === undefined ? Buffer.byteLength(url) : Buffer.byteLength(base) + SIGNATURE_BYTES;
}
