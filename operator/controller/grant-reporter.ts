import type { OperatorConfiguration } from '../config/config.ts';
import type { Project } from '../core/model/snapshot.ts';
import { grantFinding } from '../core/resolve/grants.ts';
import type { RecordEvent } from '../kubernetes/events.ts';
import type { Log } from '../lib/log.ts';
import type { Caches } from './caches.ts';

/** Reports grants that have no effect: once, by an event on the AppProject that carries them and by a log line. */
export function createGrantReporter(
  caches: Pick<Caches, 'projects'>,
  { namespace }: OperatorConfiguration['target'],
  recordEvent: RecordEvent,
  log: Log,
): (projects: readonly Project[]) => Promise<void> {
  let told: ReadonlyMap<string, string> = new Map();
  return async (projects) => {
    const findings = projects.flatMap((project) => {
      const finding = grantFinding(project);
      return finding ? [{ name: project.name, ...finding }] : [];
    });
    const before = told;
    told = new Map(findings.map(({ name, message }) => [name, message]));
    for (const { name, reason, message } of findings) {
      if (before.get(name) === message) continue;
      log.warn(
        { project: `${namespace}/${name}`, reason, detail: message },
        'an AppProject has a malformed grant',
      );
      const object = caches.projects.get(namespace, name);
      if (!object) continue; // The AppProject is gone, and an event would be about nothing.
      const { apiVersion, kind, metadata } = object;
      const regarding = { apiVersion, kind, namespace, name, uid: metadata.uid };
      await recordEvent({ type: 'Warning', reason, message, regarding, action: 'Check' });
    }
  };
}
