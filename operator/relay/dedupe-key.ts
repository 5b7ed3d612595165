import { createHash } from 'node:crypto';
import { own } from '../lib/own.ts';
import { findTrigger } from '../message/catalogue/catalogue.ts';
import type { EventTime } from '../message/catalogue/trigger.ts';

/** What tells an occurrence of an event apart from others of the same Application, trigger and robot. */
export interface Occurrence {
  /** The value of the trigger's `oncePer`; empty if it has none. */
  readonly oncePer: string;
  /** When the event happened, as the Application says it; empty if nothing says so. */
  readonly time: string;
  /** Identifies the post. */
  readonly postHash: string;
}

/** The key by which repetitions of a message are known. */
export function dedupeKey(
  uid: string,
  trigger: string,
  service: string,
  { oncePer, time, postHash }: Occurrence,
): string {
  const [kind, value] =
    oncePer !== '' ? ['once', oncePer] : time !== '' ? ['time', time] : ['post', postHash];
  return sha256(JSON.stringify([uid, trigger, service, kind, value]));
}

export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** The time of an event of the catalogue by the Application, which is the text that the trigger's condition compares. */
export function eventTimeOf(
  catalogueName: string | undefined,
  app: Readonly<Record<string, unknown>>,
): string {
  const time = catalogueName === undefined ? undefined : findTrigger(catalogueName)?.eventTime;
  return time === undefined ? '' : timeIn(app, time);
}

function timeIn(app: unknown, time: EventTime): string {
  if ('path' in time) return textAt(app, time.path);
  // Only conditions of subscriptions have expressions.
  if ('expression' in time) return '';
  const list = valueAt(app, time.list);
  const times = Array.isArray(list) ? list.map((item) => textAt(item, time.item)) : [];
  return times.reduce((latest, each) => (each > latest ? each : latest), '');
}

function textAt(value: unknown, path: string): string {
  const found = valueAt(value, path);
  return typeof found === 'string' ? found : '';
}

const valueAt = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (holder, name) =>
        typeof holder === 'object'
          ? own(holder as Readonly<Record<string, unknown>> | null, name)
          : undefined,
      value,
    );
