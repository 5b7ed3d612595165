import type { Finding } from '../api/finding.ts';
import type { LiveState } from '../core/model/live.ts';
import type { LiveObject, Target } from '../core/model/snapshot.ts';
import { missingFindings } from '../core/others/missing.ts';
import type { Engine } from '../engine/types.ts';

/** Each of the operator's own keys was checked before it was written. */
const AT_MOST_EVERY_MS = 60_000;
/** A large configuration takes the engine seconds. After a check, a pause lasts so many times as long as the check did. */
const PAUSE_FACTOR = 200;
const LONGEST_PAUSE_MS = 600_000;

/**
 * Has the engine load the whole ConfigMap once more, in the background: at the start, and after changes at most once
 * a minute, or less often where that takes long. The loaded configuration has to contain all keys of the operator. Verdicts of single keys compose, so
 * this check should find nothing new. It exists for the case that they do not compose.
 */
export class WholeCheck {
  readonly #engine: Pick<Engine, 'check'>;
  readonly #onFindings: (findings: readonly Finding[]) => Promise<void>;
  readonly #onError: (error: unknown) => void;
  readonly #clock: () => number;
  #checked: string | undefined;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #pauseMs = AT_MOST_EVERY_MS;

  constructor(
    engine: Pick<Engine, 'check'>,
    onFindings: (findings: readonly Finding[]) => Promise<void>,
    onError: (error: unknown) => void,
    /** In milliseconds, on a clock that is never set. */
    clock: () => number,
  ) {
    this.#engine = engine;
    this.#onFindings = onFindings;
    this.#onError = onError;
    this.#clock = clock;
  }

  /**
   * @param live the operator's keys in the ConfigMap
   * @returns in how many milliseconds to come again, if the ConfigMap has changed but the last check was too recent
   */
  run({ configMap }: Target, live: LiveState): number | undefined {
    if (!configMap || configMap.resourceVersion === this.#checked) return undefined;
    const now = this.#clock();
    const next = this.#checkedAt + this.#pauseMs;
    if (now < next) return next - now;
    this.#checked = configMap.resourceVersion;
    this.#checkedAt = now;
    this.#check(configMap.data, live).catch(this.#onError);
    return undefined;
  }

  async #check(configMap: LiveObject['data'], live: LiveState): Promise<void> {
    const outcome = await this.#engine.check(
      { configMap, secret: {} },
      { isBackground: true, deadlineMs: 60_000 },
    );
    const tookMs = this.#clock() - this.#checkedAt;
    this.#pauseMs = Math.min(Math.max(AT_MOST_EVERY_MS, PAUSE_FACTOR * tookMs), LONGEST_PAUSE_MS);
    if (outcome.ok) await this.#onFindings(missingFindings(live, outcome.parsed));
    else if (!outcome.killed) await this.#onFindings(outcome.errors.map(wholeFinding));
  }
}

const wholeFinding = ({ key, message }: { readonly key?: string; readonly message: string }): Finding => ({
  reason: 'EngineRefused',
  message: `Argo CD's engine refuses the ConfigMap as a whole${key === undefined ? '' : `, key ${key}`}: ${message}`,
});
