import type { OperatorConfiguration } from '../../config/config.ts';
import type { Manifest } from '../../files/manifests.ts';
import { shownPaths } from '../../files/read-manifests.ts';
import { UsageError } from '../process-io.ts';
import type { AdoptInput } from './input.ts';
import { configurationsAmong } from './sources/notifications-configurations.ts';
import { factsOf } from './sources/owner-facts.ts';
import { isExport } from './sources/removable-lines.ts';
import { secretIn } from './sources/secret.ts';
import { neighbourNote } from './sources/source.ts';
import { chooseSource } from './sources/sources.ts';

/**
 * Takes it from files. Applications and AppProjects among them may subscribe by annotation.
 * @param isFixed whether the target's namespace is the one that the user has named
 * @throws UsageError if the files have no configuration, or more than one, or values that the API server refuses
 */
export function inputFromFiles(
  manifests: readonly Manifest[],
  files: readonly string[],
  { target }: Pick<OperatorConfiguration, 'target'>,
  isFixed: boolean,
): { readonly input: AdoptInput; readonly namespace: string } {
  const choice = chooseSource(manifests, target, isFixed);
  if (!choice.ok) throw new UsageError(`${shownPaths(files)}: ${choice.message}`);
  const { source, behind, namespace, neighbours } = choice;
  const secret = secretIn(manifests, namespace, target.secret);
  const problems = [...source.problems, ...secret.problems];
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  const ofKind = <T>(kind: string): T[] =>
    manifests.flatMap(({ value }) => ((value as { kind?: string }).kind === kind ? [value as T] : []));
  const applications = ofKind<NonNullable<AdoptInput['applications']>[number]>('Application');
  const { data } = source;
  const isMap = source.kind === 'ConfigMap';
  const beside = neighbours.map((each) => neighbourNote(each.namespace ?? '', target));
  return {
    namespace,
    input: {
      configMap: { uid: 'files', resourceVersion: '1', data, owned: new Set(), managers: [], owners: [] },
      secret:
        secret.texts || Object.keys(source.secret).length > 0
          ? { ...secret.texts, ...source.secret }
          : undefined,
      applications: applications.length > 0 ? applications : undefined,
      projects: ofKind('AppProject'),
      applicationSets: ofKind('ApplicationSet'),
      existing: [],
      facts: factsOf(isMap ? source.manifest.value : undefined, configurationsAmong([source, ...behind])),
      sources: [...(isMap && isExport(source) ? [] : [source]), ...behind],
      notes: [...source.notes, ...secret.notes, ...beside],
      placeOf: (key, position) => {
        const [place = { manifest: source.manifest, field: '' }] = source.places.get(key)?.slice(-1) ?? [];
        const { line, column } = place.manifest.place(place.field, position);
        return `${place.manifest.file}:${line}:${column}`;
      },
    },
  };
}
