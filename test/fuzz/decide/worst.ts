import {
  crowd,
  editedTemplate,
  type HostileManifest,
  hostileNamespace,
  hostileRobot,
  longParams,
  manyConditions,
  manyEvents,
  prototypeKeys,
} from '../../support/hostile-namespace.ts';
import { type StoredResources, stored } from '../../support/stored.ts';

/** What somebody does to a namespace, one step after the other. */
export interface Assault {
  readonly name: string;
  readonly steps: readonly StoredResources[];
}

const NAMESPACE = 'team-bad';
const CREATED_AT = '2026-11-23T06:00:00Z';
const EDITS = 25;

/** The worst that is known, large enough to be felt where it is not bounded. */
export async function assaults(): Promise<readonly Assault[]> {
  const at = (manifests: readonly HostileManifest[]) => stored(manifests, CREATED_AT);
  const robot = hostileRobot(NAMESPACE);
  const events = manyEvents(NAMESPACE);
  const edits = Array.from({ length: EDITS }, (_, edit) =>
    at([
      ...robot,
      ...events.filter(({ kind }) => kind !== 'NotificationTemplate'),
      editedTemplate(NAMESPACE, edit),
    ]),
  );
  return [
    { name: 'keys of Secrets', steps: [at([...robot, ...prototypeKeys(NAMESPACE, 300)])] },
    { name: 'many conditions', steps: [at([...robot, ...manyConditions(NAMESPACE, 115)])] },
    { name: 'long params', steps: [at([...robot, ...(await longParams(NAMESPACE, 3))])] },
    { name: 'a crowd', steps: [at([...robot, ...crowd(NAMESPACE, 1_000)])] },
    { name: 'edits of a template', steps: edits },
    { name: 'all of it', steps: [at(await hostileNamespace(NAMESPACE, 1_500))] },
  ];
}
