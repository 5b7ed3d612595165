import { createHash } from 'node:crypto';
import { canonicalJson } from '../canonical-json.ts';
import type { GateAnswer, GateRequest } from './engine-api.ts';

/** What the engine has said so far, by {@link questionKey}. */
export interface Answers {
  get(key: string): GateAnswer | undefined;
}

/**
 * The core's side of the gate. A decision is a pure function, and asking Argo CD's engine is not; so a decision looks
 * its questions up among the answers that there are, notes those that are missing, and is made again once they are
 * answered. A question is known by its content, so what has not changed is never asked twice.
 */
export class Inquiry {
  readonly #answers: Answers;
  readonly #open = new Map<string, GateRequest>();

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  /** The engine's answer, or undefined if it has yet to be asked. */
  ask<Request extends GateRequest>(request: Request): GateAnswer<Request> | undefined {
    const key = questionKey(request);
    const answer = this.#answers.get(key);
    if (!answer) this.#open.set(key, request);
    return answer as GateAnswer<Request> | undefined;
  }

  /** The questions without an answer, by key. */
  get open(): ReadonlyMap<string, GateRequest> {
    return this.#open;
  }
}

/** Identifies a question by its content, whatever the order of its keys. */
export function questionKey(request: GateRequest): string {
  return createHash('sha256')
    .update(canonicalJson(request) ?? '')
    .digest('base64');
}
