import type { DataObject } from '../objects.ts';
import { answer, type Handler, refuse } from './fake-api-server.ts';

/** The parts that a test may change or read. Paths are whole API paths. */
export interface FakeObjects {
  readonly objects: Map<string, DataObject>;
  readonly handler: Handler;
  /** Called before each write; may change objects, as another writer would. */
  beforeWrite: (path: string) => void;
}

/** Stored ConfigMaps and Secrets, with GET, forced server-side apply and merge patch as an API server does them. */
export function fakeObjects(objects: Map<string, DataObject>): FakeObjects {
  const fake: FakeObjects = {
    objects,
    beforeWrite: () => undefined,
    handler: ({ method, path, query, headers, body }, response) => {
      if (method === 'PATCH') fake.beforeWrite(path);
      const object = objects.get(path);
      if (!object) return refuse(response, 404, 'NotFound');
      if (method !== 'PATCH') return answer(response, 200, object);
      const { metadata, data = {} } = JSON.parse(body) as Patch;
      if (metadata.resourceVersion !== object.metadata.resourceVersion)
        return refuse(response, 409, 'Conflict');
      const manager = query.get('fieldManager') ?? '';
      const isApply = headers['content-type']?.startsWith('application/apply-patch') === true;
      const written = isApply ? applied(object, data, manager) : merged(object, data);
      objects.set(path, written);
      answer(response, 200, written);
    },
  };
  return fake;
}

interface Patch {
  readonly metadata: { readonly resourceVersion?: string };
  readonly data?: Readonly<Record<string, string | null>>;
}

/** The object with other data and the next resourceVersion. */
export function changed(object: DataObject, data: DataObject['data'] & {}, managed = fieldsOf(object)) {
  const resourceVersion = `${Number(object.metadata.resourceVersion) + 1}`;
  return { ...object, metadata: { ...object.metadata, resourceVersion, managedFields: managed }, data };
}

function merged(object: DataObject, patch: Patch['data'] & {}): DataObject {
  const data = Object.entries({ ...object.data, ...patch }).filter(([, value]) => value !== null);
  return changed(object, Object.fromEntries(data) as Record<string, string>);
}

/** Keys that the manager had and does not apply any more are removed, unless another manager has them too. */
function applied(object: DataObject, patch: Patch['data'] & {}, manager: string): DataObject {
  const fields = fieldsOf(object);
  const others = fields.filter((each) => each.manager !== manager);
  const before = fields.filter((each) => each.manager === manager).flatMap(keysOf);
  const gone = before.filter((key) => !(key in patch) && !others.flatMap(keysOf).includes(key));
  const mine = managedFields(manager, Object.keys(patch));
  const data = Object.entries(object.data ?? {}).filter(([key]) => !gone.includes(key));
  return changed(object, { ...Object.fromEntries(data), ...(patch as Record<string, string>) }, [
    ...others,
    mine,
  ]);
}

type ManagedFields = NonNullable<DataObject['metadata']['managedFields']>[number];

/** An entry of managedFields by which a manager has applied these keys of `data`. */
export function managedFields(manager: string, keys: readonly string[]): ManagedFields {
  const data = Object.fromEntries(keys.map((key) => [`f:${key}`, {}]));
  return { manager, operation: 'Apply', fieldsV1: { 'f:data': data } };
}

const fieldsOf = ({ metadata }: DataObject): readonly ManagedFields[] => metadata.managedFields ?? [];
const keysOf = ({ fieldsV1 }: ManagedFields): string[] =>
  Object.keys((fieldsV1?.['f:data'] as object | undefined) ?? {}).map((field) => field.replace(/^f:/, ''));
