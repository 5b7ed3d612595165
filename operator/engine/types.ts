/** What the engine can be asked and what it answers: the JSON of engine/README.md, which has examples. */

import type { ExpressionFacts } from './expression-facts.ts';

/** The contents of argocd-notifications-cm and argocd-notifications-secret, or of the part that is in question. */
export interface EngineObjects {
  readonly configMap: Readonly<Record<string, string>>;
  /** As text, not base64. No value gets into an answer: `[secret:<key>]` stands for it. */
  readonly secret?: Readonly<Record<string, string>>;
}

/** What an evaluation happens in. */
export interface RenderScene {
  /** The Application as the API server has it. */
  readonly app: Readonly<Record<string, unknown>>;
  /** Its AppProject. */
  readonly appProject?: Readonly<Record<string, unknown>>;
  /** What `time.Now()` gives, in RFC 3339. Default: the wall clock. */
  readonly now?: string;
}

/** What was the program built from? */
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

/** What would a webhook service send for an Application? Nothing is sent. */
export interface RenderRequest extends EngineObjects, RenderScene {
  readonly call: 'render';
  /** In the order of a condition's `send`. */
  readonly templates: readonly string[];
  readonly service: string;
  readonly recipient?: string;
}

/** What is an expression made of? */
export interface InspectRequest {
  readonly call: 'inspect';
  readonly expression: string;
}

export type EngineRequest = VersionRequest | CheckRequest | EvaluateRequest | RenderRequest | InspectRequest;
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

/** What the engine made of a configuration that it accepts. Names are sorted. */
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
    /** About the trigger as a whole: there is none of that name. */
    readonly error?: string;
  }[];
}

export interface EvaluatedCondition {
  /** The engine's name for the condition: its place and a hash of its `when`. */
  readonly key: string;
  readonly triggered: boolean;
  readonly oncePer: string;
  readonly templates: readonly string[];
  /** What failed while evaluating; Argo CD only logs it. */
  readonly error?: string;
  /** The expression that failed. */
  readonly errorField?: 'when' | 'oncePer';
  /** The kind of what `when` gave, if that is no boolean: such a condition is never true. */
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

export interface Inspected {
  readonly ok: true;
  readonly facts: ExpressionFacts;
}

/** There is no answer, and that is an answer: what was asked made the engine hang, burst or crash. */
export interface Killed {
  readonly ok: false;
  /** The time was up, the memory was used up, or the engine ended by a fault. */
  readonly killed: 'deadline' | 'memory' | 'trap';
  /** A sentence for people, without anything from the request. */
  readonly message: string;
  readonly errors?: never;
}

interface Answers {
  readonly version: Version;
  readonly check: Accepted;
  readonly evaluate: Evaluated;
  readonly render: Rendered;
  readonly inspect: Inspected;
}

/** All that can come of a call. */
export type Outcome<C extends CallName = CallName> = Answers[C] | Refused | Killed;

export interface CallOptions {
  /** How long the answer may take, in milliseconds; waiting in line does not count. */
  readonly deadlineMs?: number;
  /** Lets calls go first that are not in the background, whenever they come. Default false. */
  readonly isBackground?: boolean;
  /** The namespace that the call is made for: namespaces are served in turn. Default: none, which is one more in the turn. */
  readonly asker?: string;
}

/** The engine cannot be asked, which says nothing about what it was to be asked. */
export class EngineUnavailableError extends Error {}

/**
 * Argo CD's engine, to be asked. A call that no answer comes of costs a process and gives `killed`. A call is rejected
 * with EngineUnavailableError only where the engine could not be started or was closed, which says nothing about
 * what it was asked.
 */
export interface Engine {
  version(options?: CallOptions): Promise<Outcome<'version'>>;
  check(request: Omit<CheckRequest, 'call'>, options?: CallOptions): Promise<Outcome<'check'>>;
  evaluate(request: Omit<EvaluateRequest, 'call'>, options?: CallOptions): Promise<Outcome<'evaluate'>>;
  render(request: Omit<RenderRequest, 'call'>, options?: CallOptions): Promise<Outcome<'render'>>;
  inspect(request: Omit<InspectRequest, 'call'>, options?: CallOptions): Promise<Outcome<'inspect'>>;
  /** Ends the process; calls that have no answer yet are rejected, and so are all later ones. */
  close(): Promise<void>;
}
