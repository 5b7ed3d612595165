import type { CheckRequest, Killed, Refused } from '../../engine/types.ts';

/** The purpose of an expression. */
export type ExpressionRole = 'when' | 'oncePer' | 'eventTime';

/** Does Argo CD's controller accept this configuration? */
export interface CheckQuestion extends CheckRequest {
  /** The recipient to look for among the subscriptions of the configuration. */
  readonly recipient?: string;
}

/** May a tenant's expression be used for this? */
export interface InspectQuestion {
  readonly call: 'inspect';
  readonly expression: string;
  /** `retained`: the whole condition of a live trigger. Only its dangerous parts count. */
  readonly role: ExpressionRole | 'retained';
}

/** Can a tenant's expression be evaluated for the sample Applications? */
export interface EvaluateQuestion {
  readonly call: 'evaluate';
  readonly expression: string;
}

/** For which sample Applications does a condition hold? */
export interface HoldsQuestion {
  readonly call: 'holds';
  readonly expression: string;
}

/** Which messages does a raw Go template make of the sample Applications? */
export interface RenderQuestion {
  readonly call: 'render';
  readonly raw: string;
}

/** The questions that a decision may ask Argo CD's engine. */
export type GateRequest = CheckQuestion | RenderQuestion | InspectQuestion | EvaluateQuestion | HoldsQuestion;

/** The part of an answer that decisions need. Answers are kept, so each is small: a verdict without its derivation. */
interface Verdicts {
  readonly check: {
    readonly ok: true;
    /** Whether the recipient of the question is subscribed. */
    readonly isSubscribed?: boolean;
  };
  readonly render: {
    readonly ok: true;
    /** The samples, by index, of which the template makes no message, and why. */
    readonly failures: readonly { readonly sample: number; readonly error: string }[];
  };
  readonly holds: {
    readonly ok: true;
    /** The samples, by index. */
    readonly samples: readonly number[];
  };
  readonly inspect: {
    readonly ok: true;
    /** Why the expression must not be used: a sentence that names the remedy. */
    readonly violation?: string;
    /** Why a new expression is refused, although it is harmless where it is live: a sentence that names the remedy. */
    readonly discouraged?: string;
  };
  readonly evaluate: {
    readonly ok: true;
    /** The engine's error for the first sample, if the expression fails for all samples. */
    readonly failure?: string;
  };
}

/** One of three outcomes: a verdict, the engine's refusal, or that the engine did not finish. */
export type GateAnswer<Request extends GateRequest = GateRequest> =
  | Verdicts[Request['call']]
  | Refused
  | Killed;
