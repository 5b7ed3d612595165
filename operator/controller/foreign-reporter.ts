import type { OperatorConfiguration } from '../config.ts';
import type { Finding } from '../core/verdict.ts';
import type { RecordEvent } from '../kubernetes/events.ts';
import type { Log } from '../kubernetes/log.ts';
import type { Caches } from './caches.ts';

/**
 * Tells of what is wrong with the keys of others: once, by an event on the ConfigMap and a log line, not by a status of
 * every CR that suffers from it.
 */
export function createForeignReporter(
  caches: Caches,
  { namespace, configMap }: OperatorConfiguration['target'],
  recordEvent: RecordEvent,
  log: Log,
): (findings: readonly Finding[]) => Promise<void> {
  let told: ReadonlySet<string> = new Set();
  return async (findings) => {
    const news = findings.filter(({ message }) => !told.has(message));
    const mended = findings.length === 0 && told.size > 0;
    told = new Set(findings.map(({ message }) => message));
    if (mended) log.info({ configMap: `${namespace}/${configMap}` }, 'the keys of others are in order again');
    const uid = caches.configMap.get(namespace, configMap)?.metadata.uid ?? '';
    for (const { reason, message } of news) {
      log.error({ configMap: `${namespace}/${configMap}`, reason, detail: message }, 'nobody is notified');
      const regarding = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: configMap, uid };
      await recordEvent({ type: 'Warning', reason, message, regarding, action: 'Check' });
    }
  };
}
