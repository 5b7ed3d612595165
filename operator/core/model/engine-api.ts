import type { CheckRequest, Killed, Refused, Rendered, RenderRequest } from '../../engine/types.ts';

/** What an expression is for. */
export type ExpressionRole = 'when' | 'oncePer' | 'eventTime';

/** Would Argo CD's controller work with this? */
export interface CheckQuestion extends CheckRequest {
  /** Whom to look for among the subscriptions that it would work with. */
  readonly recipient?: string;
}

/** May a tenant's expression be used for this? */
export interface InspectQuestion {
  readonly call: 'inspect';
  readonly expression: string;
  /** `retained`: the whole condition of a trigger that is live, of which only what is dangerous counts. */
  readonly role: ExpressionRole | 'retained';
}

/** Can a tenant's expression be evaluated for the sample Applications? */
export interface EvaluateQuestion {
  readonly call: 'evaluate';
  readonly expression: string;
}

/** What a decision may ask Argo CD's engine. */
export type GateRequest = CheckQuestion | RenderRequest | InspectQuestion | EvaluateQuestion;

/** What a decision needs to know of an answer. Answers are kept, so each is small: verdicts, not what led to them. */
interface Verdicts {
  readonly check: {
    readonly ok: true;
    /** Whether the recipient that was looked for is subscribed. */
    readonly isSubscribed?: boolean;
  };
  readonly render: { readonly ok: true; readonly request: Pick<Rendered['request'], 'bodyIsJSON' | 'error'> };
  readonly inspect: {
    readonly ok: true;
    /** Why the expression must not be used: a sentence that says what to write instead. */
    readonly violation?: string;
    /** Why a new one is not taken, although it does no harm where it is live: a sentence likewise. */
    readonly discouraged?: string;
  };
  readonly evaluate: {
    readonly ok: true;
    /** The engine's words for the first sample, if it fails for all. */
    readonly failure?: string;
  };
}

/** What it may be told: a verdict, the engine's refusal, or that the engine did not come to an end. */
export type GateAnswer<Request extends GateRequest = GateRequest> =
  | Verdicts[Request['call']]
  | Refused
  | Killed;
