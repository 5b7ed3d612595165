import { readableValue } from '../../argocd/readable-value.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import { unifiedDiff } from '../../lib/unified-diff.ts';
import type { ChangedTrigger, Difference, KeyChange } from './difference.ts';
import type { Notified } from './notified.ts';

/** All changes by applying files; `notified` is undefined if the caller may not list Applications. */
export interface DiffResult {
  readonly difference: Difference;
  readonly notified: readonly Notified[] | undefined;
}

type TargetNames = OperatorConfiguration['target'];

/** For people: values of the ConfigMap with their changes in the unified format, of the Secret only the names. */
export function diffText({ difference, notified }: DiffResult, target: TargetNames): string {
  const { configMap, secret, routes, repeats } = difference;
  const lines = [
    ...configMap.flatMap((change) => keyLines(change, `${target.namespace}/${target.configMap}`)),
    ...secret.map(
      (change) => `${kindOf(change)} ${target.namespace}/${target.secret} ${change.key} (not shown)`,
    ),
    ...(routes > 0 ? [`RelayRoutes of ${target.namespace}: ${routes} would change (not shown)`] : []),
    ...(notified ?? []).map(notifiedLine),
    ...repeats.map(repeatedLine),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** The same for programs. Values are not in it. */
export function diffJson({ difference, notified }: DiffResult, target: TargetNames): string {
  const { configMap, secret, routes, repeats } = difference;
  const result = {
    target,
    configMap: configMap.map((change) => ({
      key: change.key,
      change: kindOf(change),
      diff: hunks(change),
    })),
    secret: secret.map((change) => ({ key: change.key, change: kindOf(change) })),
    relayRoutes: routes,
    notifiedAtOnce: notified ?? null,
    mayRepeat: repeats,
  };
  return `${JSON.stringify(result, null, 2)}\n`;
}

function kindOf({ before, after }: KeyChange): 'added' | 'changed' | 'removed' {
  if (before === undefined) return 'added';
  return after === undefined ? 'removed' : 'changed';
}

function keyLines(change: KeyChange, object: string): string[] {
  const { key, before, after } = change;
  const side = (value: string | undefined) => (value === undefined ? '/dev/null' : `${object} ${key}`);
  return [`--- ${side(before)}`, `+++ ${side(after)}`, ...hunks(change)];
}

const hunks = ({ before = '', after = '' }: KeyChange): string[] =>
  unifiedDiff(readableValue(before), readableValue(after));

const notifiedLine = ({ trigger, recipients, applications }: Notified): string =>
  `notified at once by ${trigger}, to ${recipients.join(', ')}: ${applications.join(', ')}`;

const repeatedLine = ({ trigger, recipients }: ChangedTrigger): string =>
  `may repeat: ${trigger}, to ${recipients.join(', ')}: its condition changes, and without an eventTime Argo CD may send earlier occurrences again`;
