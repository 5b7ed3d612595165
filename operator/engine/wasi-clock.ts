import { INVALID, NOT_SUPPORTED, SUCCESS } from './wasi-errors.ts';

const REALTIME = 0;
const MONOTONIC = 1;
const SUBSCRIPTION_BYTES = 48;
const EVENT_BYTES = 32;
/** The kind of a subscription that waits for a time. */
const CLOCK = 0;
const ABSOLUTE = 1;
const NANOSECONDS = 1_000_000n;

/** The calls that tell the time and wait for it. Waiting blocks the thread; whoever started it can terminate it. */
export function clockCalls(view: () => DataView, now: () => number) {
  const read = (clock: number): bigint | undefined => {
    if (clock === REALTIME) return BigInt(Math.trunc(now())) * NANOSECONDS;
    return clock === MONOTONIC ? process.hrtime.bigint() : undefined;
  };
  const never = new Int32Array(new SharedArrayBuffer(4));
  return {
    clock_time_get(clock: number, _precision: bigint, result: number) {
      const time = read(clock);
      if (time === undefined) return INVALID;
      view().setBigUint64(result, time, true);
      return SUCCESS;
    },
    /** Go's scheduler comes here when nothing can run before some time. */
    poll_oneoff(input: number, output: number, count: number, happened: number) {
      const due = earliest(view(), input, count, read);
      if (!due) return NOT_SUPPORTED;
      if (due.remaining > 0n) Atomics.wait(never, 0, 0, Number(due.remaining) / Number(NANOSECONDS));
      // Only this one came true: the caller asks again for the others.
      writeEvent(view(), output, due.userData);
      view().setUint32(happened, 1, true);
      return SUCCESS;
    },
  };
}

interface Subscription {
  readonly userData: bigint;
  /** Nanoseconds from now. */
  readonly remaining: bigint;
}

/** Of the subscriptions to clocks the one that is due first. */
function earliest(
  view: DataView,
  input: number,
  count: number,
  read: (clock: number) => bigint | undefined,
): Subscription | undefined {
  let first: Subscription | undefined;
  for (let at = input; at < input + count * SUBSCRIPTION_BYTES; at += SUBSCRIPTION_BYTES) {
    const time = read(view.getUint32(at + 16, true));
    if (view.getUint8(at + 8) !== CLOCK || time === undefined) continue;
    const timeout = view.getBigUint64(at + 24, true);
    const remaining = view.getUint16(at + 40, true) === ABSOLUTE ? timeout - time : timeout;
    if (!first || remaining < first.remaining) first = { userData: view.getBigUint64(at, true), remaining };
  }
  return first;
}

function writeEvent(view: DataView, at: number, userData: bigint): void {
  new Uint8Array(view.buffer, at, EVENT_BYTES).fill(0);
  view.setBigUint64(at, userData, true);
}
