import type { AuditLog } from '../../support/audit.ts';
import { Observer } from './observer.ts';
import { measureRenewal, measureStarts, type Renewal, type Starts, untilReady } from './own-phases.ts';
import type { OwnSubject } from './own-subject.ts';
import type { PeerSubject } from './peer-subject.ts';
import { type Burst, type Edits, measureBurst, measureEdits, measureQuiet, type Quiet } from './phases.ts';
import type { Subject } from './subject.ts';

/** The parts of the measurement that may be left out; the sets are created and merged in any case. */
export const MODES = ['quiet', 'edits', 'start', 'renewal'] as const;
export type Mode = (typeof MODES)[number];

/** How much is done. */
export interface Extent {
  readonly modes: ReadonlySet<Mode>;
  readonly edits: number;
  readonly idleEdits: number;
  readonly quietSeconds: number;
}

/** The figures that both have. */
export interface Figures {
  readonly burst: Burst;
  readonly quiet?: Quiet;
  readonly edits?: Edits;
  readonly editsAfterIdle?: Edits;
}

/** The figures of this operator. */
export interface OwnFigures extends Figures {
  /** From the last creation until all resources are Ready, in milliseconds. */
  readonly readyAfterMs: number;
  /** Keys and values of Argo CD's ConfigMap. */
  readonly targetBytes: number;
  /** Until all resources were Ready. */
  readonly burstStatusPatches: number;
  readonly starts?: Starts;
  readonly renewal?: Renewal;
}

/** The pace of statuses of renewals. */
export const RENEWAL_STATUSES_PER_SECOND = 5;

type Say = (line: string) => void;

/** Measures this operator: the sets come while it runs, and then all modes. */
export async function measureOwn(
  subject: OwnSubject,
  audit: AuditLog,
  extent: Extent,
  say: Say,
): Promise<OwnFigures> {
  using target = await subject.follow();
  const first = await measureRunning(subject, audit, extent, say, async (observer, { createdAt }) => {
    const readyAfterMs = (await untilReady(subject)) - createdAt;
    await observer.untilIdle();
    const patches = observer.requests().filter(({ resource }) => resource.endsWith('/status'));
    return { readyAfterMs, burstStatusPatches: patches.length, targetBytes: target.bytes() };
  });
  const { modes } = extent;
  if (modes.has('start')) say('three starts of the operator');
  const starts = modes.has('start') && (await measureStarts(subject, target, audit));
  if (modes.has('renewal')) say('a renewal of all signatures, when they are old enough');
  const renewal = modes.has('renewal') && (await measureRenewal(subject, audit, RENEWAL_STATUSES_PER_SECOND));
  return { ...first, ...(starts && { starts }), ...(renewal && { renewal }) };
}

/** Measures prometheus-operator with the same load. */
export async function measurePeer(
  subject: PeerSubject,
  audit: AuditLog,
  extent: Extent,
  say: Say,
): Promise<Figures> {
  await subject.install();
  return measureRunning(
    subject,
    audit,
    extent,
    (line) => say(`prometheus-operator: ${line}`),
    async () => ({}),
  );
}

/** @param further measures more right after the burst */
async function measureRunning<Further extends object>(
  subject: Subject,
  audit: AuditLog,
  { modes, edits, idleEdits, quietSeconds }: Extent,
  say: Say,
  further: (observer: Observer, burst: Burst) => Promise<Further>,
): Promise<Figures & Further> {
  using target = await subject.follow();
  await using running = await subject.start();
  using observer = new Observer(running, subject, audit);
  await observer.untilIdle();
  say(`a burst of ${subject.sets.length} sets`);
  const burst = await measureBurst(subject, target, observer);
  const more = await further(observer, burst);
  await observer.untilIdle();
  if (modes.has('quiet')) say(`quiet, for ${quietSeconds} s, when the aftermath is over`);
  const quiet = modes.has('quiet') && (await measureQuiet(observer, quietSeconds));
  const series = async (name: string, count: number, afterIdle: boolean) => {
    if (!modes.has('edits') || count === 0) return undefined;
    say(`${count} edits ${name}`);
    return measureEdits(subject, target, observer, { count, name: name.replaceAll(' ', '-'), afterIdle });
  };
  const editsAfterIdle = await series('after idle', idleEdits, true);
  const figures = await series('one by one', edits, false);
  return {
    ...more,
    burst,
    ...(quiet && { quiet }),
    ...(editsAfterIdle && { editsAfterIdle }),
    ...(figures && { edits: figures }),
  };
}
