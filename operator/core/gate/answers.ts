import { triggerKey } from '../../argocd/names.ts';
import type { EngineProblem, EvaluateRequest, Killed, Outcome, Refused } from '../../engine/types.ts';
import { cutToJsonBytes } from '../../lib/cut.ts';
import type {
  CheckQuestion,
  EvaluateQuestion,
  GateAnswer,
  HoldsQuestion,
  InspectQuestion,
} from '../model/engine-api.ts';
import { discouragement, policyViolation } from './expression-policy.ts';
import { matchViolation } from './long-fields.ts';
import { SAMPLE_MOMENT, type SampleApplication } from './sample-applications.ts';

/** Limits of the kept part of an answer, in bytes of JSON: the engine quotes the text that it refuses, and that can be long. */
const MAX_SENTENCE = 300;
const MAX_ERROR = 1_000;
const MAX_NAME = 253;
const MAX_ERRORS = 5;
const MAX_ERRORS_BYTES = 5_000;

/** An answer that decides nothing about a sample. */
type Negative = Refused | Killed;

/** The kept part of the answer to a `check`. */
export function checkAnswer(
  { recipient }: CheckQuestion,
  outcome: Outcome<'check'>,
): GateAnswer<CheckQuestion> {
  if (!outcome.ok) return negative(outcome);
  if (recipient === undefined) return { ok: true };
  const { subscriptions } = outcome.parsed;
  return { ok: true, isSubscribed: subscriptions.some(({ recipients }) => recipients.includes(recipient)) };
}

/** The kept part of a raw template's rendering for one sample: why there is no message, or undefined. */
export function renderFailure(outcome: Outcome<'render'>): Negative | string | undefined {
  if (!outcome.ok) return negative(outcome);
  const { bodyIsJSON, error } = outcome.request;
  if (error !== undefined) return cutToJsonBytes(error, MAX_SENTENCE);
  return bodyIsJSON ? undefined : NO_JSON;
}

/** The failure of a template whose output is no JSON. */
export const NO_JSON = 'the output is not JSON. Quote values with toRawJson.';

/** Judges the engine's facts about an expression by the policy for conditions. */
export function inspectAnswer(
  { role }: InspectQuestion,
  outcome: Outcome<'inspect'>,
): GateAnswer<InspectQuestion> {
  if (!outcome.ok) return negative(outcome);
  const { facts } = outcome;
  const violation = role === 'retained' ? matchViolation(facts) : policyViolation(facts, role);
  const sentence = violation ?? (role === 'retained' ? undefined : discouragement(facts));
  if (sentence === undefined) return { ok: true };
  const text = cutToJsonBytes(sentence, MAX_SENTENCE);
  return { ok: true, ...(violation === undefined ? { discouraged: text } : { violation: text }) };
}

/** The name of the only service, template and trigger in a question. */
export const CANDIDATE = 'candidate';

/** The question whether an expression evaluates, and holds, for a sample Application. */
export function evaluationOf(
  { expression }: EvaluateQuestion | HoldsQuestion,
  app: SampleApplication,
): Omit<EvaluateRequest, 'call'> {
  const configMap = { [triggerKey(CANDIDATE)]: JSON.stringify([{ when: expression, send: [] }]) };
  return { configMap, secret: {}, app, triggers: [CANDIDATE], now: SAMPLE_MOMENT };
}

/** The kept part of an expression's evaluation for one sample: the failure, if there is one. */
export function evaluateAnswer(outcome: Outcome<'evaluate'>): GateAnswer<EvaluateQuestion> {
  if (!outcome.ok) return negative(outcome);
  const error = outcome.triggers[0]?.conditions[0]?.error;
  if (error === undefined) return { ok: true };
  // The other lines show the expression.
  const [words = ''] = error.split('\n', 1);
  return { ok: true, failure: cutToJsonBytes(words, MAX_SENTENCE) };
}

/** Whether the expression holds for the sample of an evaluation. */
export function holdsAnswer(outcome: Outcome<'evaluate'>): Negative | boolean {
  if (!outcome.ok) return negative(outcome);
  return outcome.triggers[0]?.conditions[0]?.triggered === true;
}

function negative(outcome: Negative): Negative {
  if (outcome.killed) return outcome;
  const errors: EngineProblem[] = [];
  let bytes = 0;
  for (const problem of outcome.errors.slice(0, MAX_ERRORS)) {
    const small = boundedProblem(problem);
    bytes += Buffer.byteLength(JSON.stringify(small));
    if (bytes > MAX_ERRORS_BYTES) break;
    errors.push(small);
  }
  return { ok: false, errors };
}

function boundedProblem({ key, field, message, ...places }: EngineProblem): EngineProblem {
  return {
    ...places,
    ...(key !== undefined && { key: cutToJsonBytes(key, MAX_NAME) }),
    ...(field !== undefined && { field: cutToJsonBytes(field, MAX_NAME) }),
    message: cutToJsonBytes(message, MAX_ERROR),
  };
}
