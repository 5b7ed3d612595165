import { SUBSCRIPTIONS_KEY } from '../../../argocd/names.ts';
import { yamlFields } from '../../../argocd/yaml-value.ts';
import type { ConfigurationOwner } from './owners.ts';
import type { ConfigurationSource, FieldPlace } from './source.ts';

/** What the switch takes out of `subscriptions`. */
export interface CutEntry {
  /** Its place among the entries, from 0. */
  readonly index: number;
  readonly recipients: readonly string[];
  /** Whether nothing of the entry stays. */
  readonly isWhole: boolean;
}

/** What goes from a configuration. */
export interface RemovedParts {
  /** Keys of the ConfigMap, removed as a whole. */
  readonly keys: readonly string[];
  readonly entries: readonly CutEntry[];
  /** Keys of the Secret that nothing reads any more. */
  readonly secretKeys: readonly string[];
}

const WHEN: Readonly<Record<ConfigurationSource['kind'], string>> = {
  values:
    'Until the switch, let nothing install these values again (helm upgrade, a sync). Right after it, start the operator, and install ' +
    'values without these lines:',
  NotificationsConfiguration:
    'Right after the switch, and not before it, take these lines out of the resource:',
  ConfigMap: 'Right after the switch, and not before it, take these lines out of the source:',
};

/** A source in files, with the lines to take out of it after the switch. */
export function fileOwner(
  source: ConfigurationSource,
  { keys, entries, secretKeys }: RemovedParts,
): ConfigurationOwner[] {
  const lines = keys.flatMap((key) => (source.places.get(key) ?? []).map(linesOf));
  if (!keys.includes(SUBSCRIPTIONS_KEY)) lines.push(...entryLines(source, entries));
  lines.push(...secretKeys.flatMap((key) => (source.secretPlaces.get(key) ?? []).map(linesOf)));
  const found = lines.filter((line) => line !== undefined);
  if (found.length === 0) return [];
  const files = new Set([...source.places.values()].flat().map(({ manifest }) => manifest.file));
  return [
    {
      name: source.kind === 'values' ? `${source.name} in ${[...files].join(', ')}` : source.name,
      isFile: true,
      evidence: 'these files have the configuration',
      advice: [WHEN[source.kind], ...found].join('\n    '),
    },
  ];
}

/** An export of kubectl is not what a tool applies. */
export const isExport = ({ manifest }: ConfigurationSource): boolean =>
  yamlFields(yamlFields(manifest.value).metadata).uid !== undefined;

function linesOf({ manifest, field }: FieldPlace): string | undefined {
  const lines = manifest.lines(field);
  if (!lines) return undefined;
  const { first, last } = lines;
  return `${manifest.file} ${first === last ? `line ${first}` : `lines ${first}-${last}`}: ${field}`;
}

/** In values the entries are fields; elsewhere they are lines of a text. */
function entryLines(source: ConfigurationSource, entries: readonly CutEntry[]): (string | undefined)[] {
  const places = source.places.get(SUBSCRIPTIONS_KEY) ?? [];
  return places.slice(-1).flatMap(({ manifest, field }) =>
    entries.map(({ index, recipients, isWhole }) => {
      const item = linesOf({ manifest, field: `${field}[${index}]` });
      if (item) return isWhole ? item : `${item}, only its recipients ${recipients.join(', ')}`;
      const part = isWhole ? '' : `the recipients ${recipients.join(', ')} of `;
      return `${linesOf({ manifest, field })}, only ${part}its entry ${index + 1}`;
    }),
  );
}
