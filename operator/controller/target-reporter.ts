import type { Finding } from '../api/finding.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { RecordEvent } from '../kubernetes/events.ts';
import type { Log } from '../lib/log.ts';
import type { Caches } from './caches.ts';

/** The subject of a report, in the words of the log. */
export interface Topic {
  readonly object: 'ConfigMap' | 'Secret';
  readonly problem: string;
  readonly mended: string;
}

/**
 * Reports the problems of a target object as a whole. It reports each problem once, by an event on the object and a
 * log line. The statuses of the CRs that suffer from it do not repeat it. The caller passes all findings that hold
 * now.
 */
export function createTargetReporter(
  caches: Pick<Caches, 'configMap' | 'secret'>,
  target: OperatorConfiguration['target'],
  recordEvent: RecordEvent,
  log: Log,
): (topic: Topic) => (findings: readonly Finding[]) => Promise<void> {
  return ({ object: kind, problem, mended }) => {
    const [cache, name] =
      kind === 'Secret' ? [caches.secret, target.secret] : [caches.configMap, target.configMap];
    const { namespace } = target;
    const object = `${kind} ${namespace}/${name}`;
    let told: ReadonlySet<string> = new Set();
    return async (findings) => {
      const news = findings.filter(({ message }) => !told.has(message));
      const isMended = findings.length === 0 && told.size > 0;
      told = new Set(findings.map(({ message }) => message));
      if (isMended) log.info({ object }, mended);
      const uid = cache.get(namespace, name)?.metadata.uid ?? '';
      for (const { reason, message } of news) {
        log.error({ object, reason, detail: message }, problem);
        const regarding = { apiVersion: 'v1', kind, namespace, name, uid };
        await recordEvent({ type: 'Warning', reason, message, regarding, action: 'Check' });
      }
    };
  };
}
