import { createHash } from 'node:crypto';
import { canonicalJson } from '../../lib/canonical-json.ts';
import type { GateAnswer, GateRequest } from './engine-api.ts';

/** The engine's answers so far, by {@link questionKey}. */
export interface Answers {
  get(key: string): GateAnswer | undefined;
}

/** A question that the engine has not been asked yet. */
export interface Question {
  readonly request: GateRequest;
  /** The namespaces whose resources raise the question; the empty name is the operator itself. */
  readonly askers: ReadonlySet<string>;
}

type OpenQuestions = Map<string, Question & { readonly askers: Set<string> }>;

/**
 * The core's side of the gate. A decision is a pure function and cannot ask Argo CD's engine. So it looks its questions up
 * among the known answers, and notes the missing ones. The shell asks the engine and makes the decision again. A question is
 * identified by its content, so no unchanged question is asked twice.
 */
export class Inquiry {
  readonly #answers: Answers;
  readonly #asker: string;
  readonly #open: OpenQuestions;

  /** @param asker the namespace that the questions are about; none: the operator itself asks */
  constructor(answers: Answers, asker = '', open: OpenQuestions = new Map()) {
    this.#answers = answers;
    this.#asker = asker;
    this.#open = open;
  }

  /** The same inquiry, on behalf of a namespace. */
  of(namespace: string): Inquiry {
    return new Inquiry(this.#answers, namespace, this.#open);
  }

  /** The engine's answer; undefined if there is none yet. */
  ask<Request extends GateRequest>(request: Request): GateAnswer<Request> | undefined {
    const key = questionKey(request);
    const answer = this.#answers.get(key);
    if (!answer) this.#note(key, request);
    return answer as GateAnswer<Request> | undefined;
  }

  /** The questions without an answer, by key. */
  get open(): ReadonlyMap<string, Question> {
    return this.#open;
  }

  #note(key: string, request: GateRequest): void {
    const question = this.#open.get(key) ?? { request, askers: new Set() };
    question.askers.add(this.#asker);
    this.#open.set(key, question);
  }
}

/** Many decisions ask about the same candidate, by the same object. */
const knownKeys = new WeakMap<object, string>();

/** Identifies a question by its content, whatever the order of its keys. */
export function questionKey(request: GateRequest): string {
  const isPlain = request.call === 'check' && request.recipient === undefined;
  if (!isPlain || Object.keys(request.secret ?? {}).length > 0) return hashOf(request);
  const key = knownKeys.get(request.configMap) ?? hashOf(request);
  knownKeys.set(request.configMap, key);
  return key;
}

function hashOf(request: GateRequest): string {
  return createHash('sha256')
    .update(canonicalJson(request) ?? '')
    .digest('base64');
}
