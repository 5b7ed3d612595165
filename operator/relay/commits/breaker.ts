/** The first pause in milliseconds; it doubles with each failure after it, up to the longest one. */
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 5 * 60_000;
/** One question tries whether Argo CD answers again. The others do not wait for it. */
const TRIAL_MS = 5_000;
/** So many projects without an answer in time are no fault of a project: Argo CD itself hangs. */
const HANGING_PROJECTS = 3;
const MAX_PROJECTS = 1_000;

/** For how long nobody is asked. */
interface Pause {
  readonly until: number;
  readonly failures: number;
}

/**
 * Decides whether Argo CD is asked at all. A question that gets no answer costs Argo CD's only worker the whole time-out, so there is
 * a pause after it: for the project, because one slow repository must not take the commits from everybody, and for all projects if
 * Argo CD cannot be reached, or several of them get no answer. Times are of a clock that only goes forward, in milliseconds.
 */
export class CommitBreaker {
  #all: Pause | undefined;
  /** The most recent last. */
  readonly #projects = new Map<string, Pause>();
  /** Projects without an answer in time since the last answer. */
  readonly #hanging = new Set<string>();

  /** Whether a question may be asked now. After a pause, the first one is a trial. */
  mayAsk(project: string, now: number): boolean {
    const own = this.#projects.get(project);
    if (isOn(this.#all, now) || isOn(own, now)) return false;
    if (this.#all) this.#all = trial(this.#all, now);
    if (own) this.#projects.set(project, trial(own, now));
    return true;
  }

  /** Argo CD has answered, whatever it said. */
  answered(project: string): void {
    this.#all = undefined;
    this.#projects.delete(project);
    this.#hanging.clear();
  }

  /** There was no answer in time. @returns whether this begins a pause for all */
  timedOut(project: string, now: number): boolean {
    const pause = longer(this.#projects.get(project), now);
    this.#projects.delete(project);
    this.#projects.set(project, pause);
    for (const oldest of this.#projects.keys()) {
      if (this.#projects.size <= MAX_PROJECTS) break;
      this.#projects.delete(oldest);
    }
    this.#hanging.add(project);
    return (this.#all !== undefined || this.#hanging.size >= HANGING_PROJECTS) && this.unavailable(now);
  }

  /** Argo CD cannot be asked. @returns whether this begins a pause for all */
  unavailable(now: number): boolean {
    const begins = this.#all === undefined;
    this.#all = longer(this.#all, now);
    return begins;
  }
}

const isOn = (pause: Pause | undefined, now: number): boolean => pause !== undefined && now < pause.until;

const trial = ({ failures }: Pause, now: number): Pause => ({ until: now + TRIAL_MS, failures });

function longer(former: Pause | undefined, now: number): Pause {
  const failures = former?.failures ?? 0;
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 10));
  return { until: now + pause, failures: failures + 1 };
}
