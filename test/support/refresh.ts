import { setInterval } from 'node:timers/promises';
import type { FakeDingTalk } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import { patchApplication } from './applications.ts';
import type { ArgoCDController } from './argocd-notifications.ts';
import type { ControlPlane } from './control-plane.ts';

/** Any message comes within a second, unless the machine is very busy. */
const LATE_MS = 5_000;

/**
 * Has Argo CD's controller look at all Applications again when a test has waited long for a message. The controller looks at an
 * Application when it changes, and learns of a configuration a little after it was written. It tells nothing of a change in between
 * until the next one. A real Argo CD refreshes each Application every three minutes.
 */
export function refreshingWhileWaiting(
  cp: ControlPlane,
  argocd: ArgoCDController,
  dingtalk: FakeDingTalk,
): FakeDingTalk {
  const waitForDelivery: FakeDingTalk['waitForDelivery'] = async (predicate, options) => {
    const over = new AbortController();
    const trouble = refreshRepeatedly(cp, argocd, over.signal);
    try {
      return await dingtalk.waitForDelivery(predicate, options);
    } catch (error) {
      over.abort();
      throw Object.assign(error as Error, { cause: await trouble });
    } finally {
      over.abort();
    }
  };
  return { ...dingtalk, waitForDelivery };
}

interface Named {
  readonly metadata: { readonly namespace: string; readonly name: string };
}

/** Returns at the end of the wait, or why there are no more refreshes. */
async function refreshRepeatedly(
  cp: ControlPlane,
  argocd: ArgoCDController,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    for await (const _ of setInterval(LATE_MS, undefined, { signal })) {
      await argocd.untilIdle();
      for (const { metadata } of await cp.list<Named>('applications.argoproj.io')) {
        const annotations = { refreshed: new Date().toISOString() };
        await patchApplication(cp, metadata.namespace, metadata.name, { metadata: { annotations } });
      }
    }
    return undefined;
  } catch (error) {
    return signal.aborted ? undefined : error;
  }
}
