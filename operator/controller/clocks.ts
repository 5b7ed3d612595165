/**
 * Two clocks, in milliseconds. The wall clock can be set back, and whoever waits for it then waits longer; the monotonic one
 * can't, but may stand still while the machine sleeps. So what is due is due as soon as either says so.
 */
export interface LoopClocks {
  readonly wall: () => number;
  readonly monotonic: () => number;
}

/** One moment by both clocks. */
export type Moment = Readonly<Record<keyof LoopClocks, number>>;

/** The moment that comes in so many milliseconds. */
export const momentIn = (ms: number, { wall, monotonic }: LoopClocks): Moment => ({
  wall: wall() + ms,
  monotonic: monotonic() + ms,
});

/** Milliseconds until a moment by the clock that says less; 0 or less once it has come. */
export const timeUntil = (moment: Moment, { wall, monotonic }: LoopClocks): number =>
  Math.min(moment.wall - wall(), moment.monotonic - monotonic());
