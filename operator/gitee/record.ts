import { own } from '../lib/own.ts';

/** The repository that a hook belongs to. */
export interface HookPlace {
  readonly baseUrl: string;
  /** `OWNER/NAME` */
  readonly repository: string;
}

/** A hook of the operator, as the status of its subscription records it. */
export interface HookRecord extends HookPlace {
  /** `namespace/name` of the robot that Gitee posts to; empty: Gitee posts to the relay. */
  readonly robot: string;
  /** Absent while it is not known whether the hook exists: the record is written before the creation. */
  readonly id?: number;
  /** Without an id: the highest id that the repository had before the creation. Ids only grow. */
  readonly afterId?: number;
  /** Without an id: the `urlHash` of the hook's URL. */
  readonly urlHash?: string;
}

/** The CRD allows no more hooks of one subscription. */
export const MAX_HOOKS = 10;

/** Whether both are of the same repository. */
export const isSamePlace = (a: HookPlace, b: HookPlace): boolean =>
  a.baseUrl === b.baseUrl && a.repository === b.repository;

/** Whether both are records of the same hook: a subscription has one for each robot and repository. */
export const isSameRecord = (a: HookRecord, b: HookRecord): boolean =>
  isSamePlace(a, b) && a.robot === b.robot && (a.id === undefined || b.id === undefined || a.id === b.id);

/** Reads the records of a status, which may be of another version or written by hand. What is no record is left out. */
export function readRecords(value: unknown): readonly HookRecord[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MAX_HOOKS).flatMap((each: unknown): HookRecord[] => {
    if (typeof each !== 'object' || each === null) return [];
    const fields = each as Readonly<Record<string, unknown>>;
    const text = (name: string) => {
      const given = own(fields, name);
      return typeof given === 'string' ? given : undefined;
    };
    const count = (name: string) => {
      const given = own(fields, name);
      return Number.isSafeInteger(given) && (given as number) >= 0 ? (given as number) : undefined;
    };
    const [baseUrl, repository, robot = ''] = [text('baseUrl'), text('repository'), text('robot')];
    const [id, afterId, hash] = [count('id'), count('afterId'), text('urlHash')];
    if (baseUrl === undefined || repository === undefined) return [];
    if (id !== undefined) return [{ baseUrl, repository, robot, id }];
    return afterId === undefined || hash === undefined
      ? []
      : [{ baseUrl, repository, robot, afterId, urlHash: hash }];
  });
}
