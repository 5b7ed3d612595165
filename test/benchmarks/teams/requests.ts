import { GROUP } from '../../../operator/api/kinds.ts';
import type { ControlPlane } from '../../support/control-plane.ts';

/** What the API server was asked to write and has written since it began. Of these kinds nobody but the operator writes them. */
export interface Writes {
  readonly statusPatches: number;
  /** To Argo CD's ConfigMap and Secret. */
  readonly configMapWrites: number;
  readonly secretWrites: number;
  readonly events: number;
  /** Of anybody and to anything, but for the leases by which servers tell that they are alive. */
  readonly all: number;
}

/** Reads the API server's own counters, which tell apply, patch and update from each other. */
export async function readWrites(cp: ControlPlane): Promise<Writes> {
  const counters = parseCounters(await cp.kubectl(['get', '--raw', '/metrics']));
  const sum = (wanted: Readonly<Record<string, string>>, verbs: readonly string[]) =>
    counters
      .filter(({ labels }) => Object.entries(wanted).every(([name, value]) => labels[name] === value))
      .filter(({ labels }) => labels.code?.startsWith('2') && verbs.includes(labels.verb ?? ''))
      .reduce((total, { value }) => total + value, 0);
  const changes = ['APPLY', 'PATCH', 'PUT'];
  return {
    statusPatches: sum({ group: GROUP, subresource: 'status' }, changes),
    configMapWrites: sum({ group: '', resource: 'configmaps' }, changes),
    secretWrites: sum({ group: '', resource: 'secrets' }, changes),
    events: sum({ resource: 'events' }, ['POST', ...changes]),
    all: sum({}, ['POST', ...changes]) - sum({ resource: 'leases' }, ['POST', ...changes]),
  };
}

/** What was written between two looks. */
export const writesBetween = (before: Writes, after: Writes): Writes => ({
  statusPatches: after.statusPatches - before.statusPatches,
  configMapWrites: after.configMapWrites - before.configMapWrites,
  secretWrites: after.secretWrites - before.secretWrites,
  events: after.events - before.events,
  all: after.all - before.all,
});

/** @throws Error if the API server does not count requests any more */
function parseCounters(text: string) {
  const counters = [...text.matchAll(/^apiserver_request_total\{(.*)\} (\S+)$/gm)].map(
    ([, labels = '', value]) => ({
      labels: Object.fromEntries(
        [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, label]) => [key, label]),
      ),
      value: Number(value),
    }),
  );
  if (counters.length === 0) throw new Error('the API server has no apiserver_request_total');
  return counters as { labels: Readonly<Record<string, string | undefined>>; value: number }[];
}
