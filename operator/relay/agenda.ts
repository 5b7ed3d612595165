import type { NextLook } from './flight.ts';

/** Whether a robot has got a message while a request to it was under way, and whether that message may be older than others. */
type News = 'none' | 'later' | 'older';

/** The robots for which something waits, as far as this replica knows, and when each is to be looked at. Times are of the wall clock. */
export class Agenda {
  /** Those to be looked at now, the one that has waited longest first. */
  readonly #ready = new Set<string>();
  readonly #waits = new Map<string, NextLook>();
  readonly #underWay = new Map<string, News>();
  /** No wait ends before. */
  #nextAt = Number.POSITIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** When the next wait ends. */
  get nextAt(): number {
    return this.#nextAt;
  }

  /**
   * Robots have got messages.
   * @param mayBeOlder whether these may be older than others that wait already
   */
  tell(robots: Iterable<string>, now: number, mayBeOlder = false): void {
    for (const robot of robots) {
      const news = this.#underWay.get(robot);
      if (news !== undefined) this.#underWay.set(robot, mayBeOlder || news === 'older' ? 'older' : 'later');
      // In a storm, most messages change nothing.
      else if (mayBeOlder || !this.#isFirm(this.#waits.get(robot), now)) this.#makeReady(robot);
    }
  }

  /** All of them may be wanted at other times than before. */
  tellAll(now: number): void {
    this.tell([...this.#waits.keys(), ...this.#underWay.keys()], now, true);
  }

  /** Robots for which something waits by the store. */
  add(robots: readonly string[]): void {
    for (const robot of robots)
      if (!this.#waits.has(robot) && !this.#underWay.has(robot)) this.#ready.add(robot);
  }

  /** Those that can be looked at now, in turn. {@link begin} may be called meanwhile. */
  due(now: number): Iterable<string> {
    // A clock that was set back has written times that are too far ahead.
    const isSetBack = now < this.#lookedAt;
    this.#lookedAt = now;
    if (now < this.#nextAt && !isSetBack) return this.#ready;
    this.#nextAt = Number.POSITIVE_INFINITY;
    for (const [robot, { at }] of this.#waits) {
      if (at <= now || isSetBack) this.#makeReady(robot);
      else this.#nextAt = Math.min(this.#nextAt, at);
    }
    return this.#ready;
  }

  /** A request to the robot begins, or the question whether one should. */
  begin(robot: string): void {
    this.#ready.delete(robot);
    this.#underWay.set(robot, 'none');
  }

  /** @param next undefined if nothing waited for the robot */
  end(robot: string, next: NextLook | undefined, now: number): void {
    const news = this.#underWay.get(robot) ?? 'none';
    this.#underWay.delete(robot);
    const isNews = news === 'older' || (news === 'later' && !this.#isFirm(next, now));
    if (isNews) this.#makeReady(robot);
    else if (next) {
      this.#waits.set(robot, next);
      this.#nextAt = Math.min(this.#nextAt, next.at);
    }
  }

  #isFirm(look: NextLook | undefined, now: number): boolean {
    return look?.isFirm === true && look.at > now;
  }

  #makeReady(robot: string): void {
    this.#waits.delete(robot);
    this.#ready.add(robot);
  }
}
