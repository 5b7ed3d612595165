/**
 * Two clocks, in milliseconds. The wall clock can be set back, which would delay a task that waits for it. The
 * monotonic clock cannot be set back, but may pause while the machine sleeps. So a task is due as soon as either
 * clock says so.
 */
export interface LoopClocks {
  readonly wall: () => number;
  readonly monotonic: () => number;
}

/** One moment on both clocks. */
export type Moment = Readonly<Record<keyof LoopClocks, number>>;

/** The moment that is this many milliseconds away. */
export const momentIn = (ms: number, { wall, monotonic }: LoopClocks): Moment => ({
  wall: wall() + ms,
  monotonic: monotonic() + ms,
});

/** Milliseconds until a moment, by the clock that says less; 0 or less once the moment has come. */
export const timeUntil = (moment: Moment, { wall, monotonic }: LoopClocks): number =>
  Math.min(moment.wall - wall(), moment.monotonic - monotonic());
