/** The engine's requests and answers: the JSON of engine/README.md, which has examples. */

import type { ExpressionFacts } from './expression-facts.ts';

/**
 * The contents of argocd-notifications-cm and argocd-notifications-secret, or the part of them that the request is
 * about.
 */
export interface EngineObjects {
  readonly configMap: Readonly<Record<string, string>>;
  /** As text, not base64. No value gets into an answer: `[secret:<key>]` stands for it. */
  readonly secret?: Readonly<Record<string, string>>;
}

/** The input of an evaluation. */
export interface RenderScene {
  /** The Application as the API server has it. */
  readonly app: Readonly<Record<string, unknown>>;
  /** The AppProject of the Application. */
  readonly appProject?: Readonly<Record<string, unknown>>;
  /** The value of `time.Now()`, in RFC 3339. Default: the wall clock. */
  readonly now?: string;
}

/** Which sources was the program built from? */
export interface VersionRequest {
  readonly call: 'version';
}

/** Would Argo CD's controller work with this configuration? */
export interface CheckRequest extends EngineObjects {
  readonly call: 'check';
}

/** Which conditions of triggers are true for an Application? */
export interface EvaluateRequest extends EngineObjects, RenderScene {
  readonly call: 'evaluate';
  /** Default: all. */
  readonly triggers?: readonly string[];
}

/** Which request would a webhook service send for an Application? Nothing is sent. */
export interface RenderRequest extends EngineObjects, RenderScene {
  readonly call: 'render';
  /** In the order of a condition's `send`. */
  readonly templates: readonly string[];
  readonly service: string;
  readonly recipient?: string;
}

/** Which triggers are true for an Application, and what would each webhook service send? Several parts of a configuration are asked about. */
export interface TellRequest extends RenderScene {
  readonly call: 'tell';
  /** The value of `context` in the ConfigMap. */
  readonly context: string;
  readonly routes: readonly TellRoute[];
}

/** A part of a configuration. Nothing else of it is needed to judge its triggers and to render its templates. */
export interface TellRoute {
  /** The values of the ConfigMap's keys, by the triggers' names. */
  readonly triggers: Readonly<Record<string, string>>;
  /** The same of templates. */
  readonly templates: Readonly<Record<string, string>>;
  readonly services: readonly string[];
}

/** Which parts does an expression have? */
export interface InspectRequest {
  readonly call: 'inspect';
  readonly expression: string;
}

export type EngineRequest =
  | VersionRequest
  | CheckRequest
  | EvaluateRequest
  | RenderRequest
  | TellRequest
  | InspectRequest;
export type CallName = EngineRequest['call'];

/** The engine's refusal, in its own words. */
export interface Refused {
  readonly ok: false;
  readonly errors: readonly EngineProblem[];
  readonly killed?: never;
}

/** One reason for a refusal. Lines and columns count from 1, inside the field's text or else inside the key's value. */
export interface EngineProblem {
  /** Absent for an error that no key causes alone. */
  readonly key?: string;
  /** `secret` for a key of the Secret; absent for one of the ConfigMap. */
  readonly object?: 'secret';
  /** The place of the condition, from 0, in the trigger's list. */
  readonly condition?: number;
  /** `when`, `oncePer`, `message`, `webhook.<service>.body` and the like. */
  readonly field?: string;
  /** The engine's own words. */
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

export interface Version {
  readonly ok: true;
  readonly version: {
    readonly engine: string;
    readonly expr: string;
    readonly sprig: string;
    readonly go: string;
    /** The release line of Argo CD that the program behaves like. */
    readonly argocd: string;
  };
}

/** The engine's reading of a configuration that it accepts. Names are sorted. */
export interface Accepted {
  readonly ok: true;
  readonly parsed: {
    readonly services: readonly string[];
    readonly templates: readonly string[];
    readonly triggers: readonly string[];
    readonly subscriptions: readonly {
      readonly recipients: readonly string[];
      readonly triggers: readonly string[];
      readonly selector?: string;
    }[];
    readonly defaultTriggers: readonly string[];
    readonly serviceDefaultTriggers: Readonly<Record<string, readonly string[]>>;
    readonly context: Readonly<Record<string, string>>;
  };
}

export interface Evaluated {
  readonly ok: true;
  readonly triggers: readonly {
    readonly name: string;
    readonly conditions: readonly EvaluatedCondition[];
    /** About the trigger as a whole: there is no trigger of that name. */
    readonly error?: string;
  }[];
}

export interface EvaluatedCondition {
  /** The engine's name for the condition: its place and a hash of its `when`. */
  readonly key: string;
  readonly triggered: boolean;
  readonly oncePer: string;
  readonly templates: readonly string[];
  /** An evaluation that failed; Argo CD only logs it. */
  readonly error?: string;
  /** The expression that failed. */
  readonly errorField?: 'when' | 'oncePer';
  /** The kind of the value of `when`, if it is not a boolean: such a condition is never true. */
  readonly gives?: string;
}

export interface Rendered {
  readonly ok: true;
  /** The HTTP request, with `[secret:<key>]` for each value of the Secret. */
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly bodyIsJSON: boolean;
    /** Why nothing would be sent. */
    readonly error?: string;
  };
}

export interface Told {
  readonly ok: true;
  /** In the order of the request. One is not ok if the engine refuses a trigger of it. */
  readonly routes: readonly (
    | { readonly ok: true; readonly triggers: Readonly<Record<string, readonly ToldCondition[]>> }
    | { readonly ok: false }
  )[];
}

/** A condition, with the messages that it brings about. */
export interface ToldCondition
  extends Pick<EvaluatedCondition, 'key' | 'triggered' | 'oncePer' | 'templates'> {
  /** The JSON that each service would send. One that would send nothing, or something else than JSON, is absent. */
  readonly bodies?: Readonly<Record<string, string>>;
}

export interface Inspected {
  readonly ok: true;
  readonly facts: ExpressionFacts;
}

/** The lack of an answer is an answer, too: the request made the engine hang, burst or crash. */
export interface Killed {
  readonly ok: false;
  /** The time was up, the memory was used up, or the engine ended by a fault. */
  readonly killed: 'deadline' | 'memory' | 'trap';
  /** A sentence for people, without any text from the request. */
  readonly message: string;
  readonly errors?: never;
}

interface Answers {
  readonly version: Version;
  readonly check: Accepted;
  readonly evaluate: Evaluated;
  readonly render: Rendered;
  readonly tell: Told;
  readonly inspect: Inspected;
}

/** All outcomes of a call. */
export type Outcome<C extends CallName = CallName> = Answers[C] | Refused | Killed;

export interface CallOptions {
  /** How long the answer may take, in milliseconds; waiting in line does not count. */
  readonly deadlineMs?: number;
  /** Whether all other calls go first, even those that come later. Default false. */
  readonly isBackground?: boolean;
  /** The namespace that makes the call: namespaces take turns. Default: none, which counts as one more namespace. */
  readonly asker?: string;
}

/** The engine cannot be asked. This says nothing about the request. */
export class EngineUnavailableError extends Error {}

/**
 * The interface of Argo CD's engine. A call without an answer costs a process and gives `killed`. A call is rejected
 * with EngineUnavailableError only where the engine could not be started or was closed. Such an error says nothing
 * about the request.
 */
export interface Engine {
  version(options?: CallOptions): Promise<Outcome<'version'>>;
  check(request: Omit<CheckRequest, 'call'>, options?: CallOptions): Promise<Outcome<'check'>>;
  evaluate(request: Omit<EvaluateRequest, 'call'>, options?: CallOptions): Promise<Outcome<'evaluate'>>;
  render(request: Omit<RenderRequest, 'call'>, options?: CallOptions): Promise<Outcome<'render'>>;
  tell(request: Omit<TellRequest, 'call'>, options?: CallOptions): Promise<Outcome<'tell'>>;
  inspect(request: Omit<InspectRequest, 'call'>, options?: CallOptions): Promise<Outcome<'inspect'>>;
  /** Ends the process; calls that have no answer yet and all later calls are rejected. */
  close(): Promise<void>;
}
