import { GROUP, KINDS } from '../../api/kinds.ts';
import { RELAY_ROUTE } from '../../api/relay-route.ts';
import { PROJECT_ANNOTATION } from '../../argocd/project-annotation.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import type { Removal } from '../../core/writes/removal.ts';
import type { ObjectName } from '../object-name.ts';
import type { Stopped } from './stop-deployment.ts';
import type { Uninstalled } from './uninstaller.ts';

type TargetNames = OperatorConfiguration['target'];

/** The names of the operator's CRDs, as kubectl accepts them. */
export const CRD_NAMES = [...Object.values(KINDS), RELAY_ROUTE]
  .map(({ plural }) => `${plural}.${GROUP}`)
  .join(' ');

/**
 * The removed keys and RelayRoutes, one a line. No output shows more of the Secret than names of keys.
 * @param routes the names of the RelayRoutes
 */
export function removalText(
  removal: Removal,
  routes: readonly string[],
  { namespace, configMap, secret }: TargetNames,
): string {
  const { entries, broken } = removal;
  const shared = entries > 0 && broken === undefined ? [sharedLine(entries)] : [];
  const lines = [
    ...section(`ConfigMap ${namespace}/${configMap}:`, [...removal.configMap, ...shared]),
    ...section(`Secret ${namespace}/${secret}:`, removal.secret),
    ...section(`AppProjects of ${namespace}, annotation ${PROJECT_ANNOTATION}:`, removal.projects),
    ...section(`RelayRoutes of ${namespace}:`, routes),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const sharedLine = (entries: number): string =>
  `subscriptions: ${entries} ${entries === 1 ? 'entry' : 'entries'} of the operator; everything else in the key stays`;

/** Keys that stay although they look like the operator's, with the reason; empty if there are none. */
export function leftText({ left, broken, owner }: Removal, { configMap, secret }: TargetNames): string {
  const keys = [
    ...left.configMap.map((key) => `${configMap}: ${key}`),
    ...left.secret.map((key) => `${secret}: ${key}`),
  ];
  const lines = section('left alone, because they do not have the mark of the operator:', keys);
  if (owner !== undefined)
    lines.push(
      `field manager ${owner} applies subscriptions as a whole: remove the operator's entries from its copy too, or they come back`,
    );
  if (broken !== undefined) lines.push(`not removed from subscriptions: ${broken}`);
  return lines.map((line) => `${line}\n`).join('');
}

/** The keys and RelayRoutes that came back, in one line each; empty if nothing came back. */
export function cameBackText({ cameBack = NOTHING_BACK, routes }: Uninstalled, target: TargetNames): string {
  const text = removalText(cameBack, routes.cameBack, target);
  return text && `came back after the removal:\n${text}`;
}

const NOTHING_BACK: Removal = {
  ...{ steps: [], configMap: [], secret: [], entries: 0, projects: [] },
  left: { configMap: [], secret: [] },
};

/** Why the operator has not stopped, and the two ways on. */
export function notStoppedText(
  { namespace, name }: ObjectName,
  { left, replicas }: Extract<Stopped, { readonly stopped: false }>,
  seconds: string,
): string {
  const start = `kubectl scale deployment ${name} -n ${namespace} --replicas=${Math.max(replicas, 1)}`;
  return (
    `Deployment ${namespace}/${name} has not stopped within ${seconds} s: ${left}. Nothing was removed.\n` +
    'Remove the cause and run the command again. Delete a pod whose node is gone with --force. End an operator that runs elsewhere. ' +
    'Keep other tools from scaling the Deployment.\n' +
    `Or start the operator again: ${start}. Without it, robots with signing stop about 40 minutes after the last renewal.\n`
  );
}

/** The whole outcome for programs. */
export function uninstallJson(
  { removed, last, cameBack, routes }: Uninstalled,
  target: TargetNames,
  dryRun: boolean,
): string {
  const keys = (
    { configMap, secret, entries, projects }: Uninstalled['removed'],
    relayRoutes: readonly string[],
  ) => ({ configMap, subscriptionEntries: entries, secret, projects, relayRoutes });
  const isAnythingBack = cameBack !== undefined || routes.cameBack.length > 0;
  const { broken, left } = last;
  const outcome = {
    target,
    dryRun,
    removed: keys({ ...removed, entries: broken === undefined ? removed.entries : 0 }, routes.removed),
    left,
    ...(broken !== undefined && { subscriptionsProblem: broken }),
    cameBack: isAnythingBack ? keys(cameBack ?? NOTHING_BACK, routes.cameBack) : null,
  };
  return `${JSON.stringify(outcome, null, 2)}\n`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}
