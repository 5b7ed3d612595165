/**
 * Shifts the wall clock of the process that preloads this module (`node --import`), and no other clock. The file that
 * SHIFTED_CLOCK_FILE names has the offset in milliseconds; it is read again all the time.
 */

import { readFileSync } from 'node:fs';

const READ_EVERY_MS = 20;

const file = `${process.env.SHIFTED_CLOCK_FILE}`;
const RealDate = Date;
let offsetMs = 0;

function readOffset(): void {
  try {
    offsetMs = Number(readFileSync(file, 'utf8'));
  } catch {
    // Nobody has shifted the clock yet.
  }
}

const now = (): number => RealDate.now() + offsetMs;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
});
readOffset();
setInterval(readOffset, READ_EVERY_MS).unref();
