import { createHash } from 'node:crypto';

/**
 * What Argo CD tells by itself although the relay gets the posts about it: marks of a subscription's messages to one robot, each with
 * the Unix time of the moment after which Argo CD tells of events; 0 if it tells of all. A header of the relay's service has them. So they
 * change in the same write of the ConfigMap as the triggers of these messages, and each post says what was true when it was made.
 */
export type DirectMarks = ReadonlyMap<string, number>;

export const DIRECT_HEADER = 'X-Told-Directly';

/** The mark of a subscription's messages to one robot. A collision would silence somebody, so it has 48 bits. */
export const directMark = (subscription: string, service: string): string =>
  createHash('sha256').update(`${subscription} ${service}`).digest('base64url').slice(0, 8);

/** As in `0=wJ8xm2Qz,b1_Zq9-k 1764550000=Tq0aPw3e`; empty if there is none. */
export function formatDirectMarks(marks: DirectMarks): string {
  const byMoment = new Map<number, string[]>();
  for (const [mark, moment] of marks) byMoment.set(moment, [...(byMoment.get(moment) ?? []), mark]);
  return [...byMoment]
    .sort(([a], [b]) => a - b)
    .map(([moment, each]) => `${moment}=${each.sort().join()}`)
    .join(' ');
}

/** Undoes it. What has another form is no mark. */
export function readDirectMarks(text: string): DirectMarks {
  return new Map(
    [...text.matchAll(GROUP)].flatMap(([, moment, marks = '']) =>
      marks.split(',').map((mark) => [mark, Number(moment)] as const),
    ),
  );
}

const GROUP = /(?<=^| )(\d{1,10})=([\w-]{8}(?:,[\w-]{8})*)(?= |$)/g;
