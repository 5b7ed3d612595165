import type { Finding } from '../api/finding.ts';
import type { Topic } from './target-reporter.ts';

/** A smaller difference between the clocks matters to nobody, in milliseconds. */
const TOLERANCE_MS = 60_000;
/** The difference that counts as corrected: a clock near the tolerance must not be reported again and again. */
const CORRECTED_MS = 45_000;

const CLOCK: Topic = {
  object: 'ConfigMap',
  problem: 'the clocks of the operator and of the API server differ by more than a minute',
  mended: 'the clocks of the operator and of the API server agree again',
};

/**
 * Reports the difference between the local clock and the clock of the API server, once for each difference that is
 * new.
 * @param reporter from `createTargetReporter`
 * @param skewMs how far the API server's clock is ahead, in milliseconds
 */
export function createClockReporter(
  reporter: (topic: Topic) => (findings: readonly Finding[]) => Promise<void>,
  skewMs: () => number,
): () => Promise<void> {
  const tell = reporter(CLOCK);
  let told: number | undefined;
  return async () => {
    told = skewToTell(skewMs(), told);
    await tell(told === undefined ? [] : [clockFinding(told)]);
  };
}

/**
 * The difference to report, in milliseconds: the one that is reported already, unless the clocks have moved apart by
 * more than a minute since. Undefined if the clocks agree.
 */
export function skewToTell(skewMs: number, told: number | undefined): number | undefined {
  if (Math.abs(skewMs) < (told === undefined ? TOLERANCE_MS : CORRECTED_MS)) return undefined;
  return told !== undefined && Math.abs(skewMs - told) <= TOLERANCE_MS ? told : skewMs;
}

function clockFinding(skewMs: number): Finding {
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  const relation = skewMs > 0 ? 'behind' : 'ahead of';
  const message =
    `The clock of the operator's node is ${seconds} s ${relation} the clock of the API server. Signatures ` +
    "use the API server's clock. Set the clock that is wrong, and check its time service.";
  return { reason: 'ClockSkew', message };
}
