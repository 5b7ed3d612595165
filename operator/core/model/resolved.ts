import type { Finding } from '../../api/finding.ts';
import type { DingTalkRobot, NotificationSubscription, NotificationTemplate } from '../../api/kinds.ts';
import type { Credential } from '../../dingtalk/credential.ts';
import type { Trigger } from '../../message/catalogue/trigger.ts';
import type { Audience, EventMessage } from '../../message/event-message.ts';
import type { Refusal, Verdict } from './verdict.ts';

/** Every CR that the installation speaks for, with its verdict, each kind ordered by namespace and name. */
export interface Resolution {
  readonly robots: readonly ResolvedRobot[];
  readonly templates: readonly ResolvedTemplate[];
  readonly subscriptions: readonly ResolvedSubscription[];
  /** Where Argo CD's user interface is, without a slash at the end, if anybody says it. */
  readonly argocdUrl: string | undefined;
}

/** A robot with its credentials read and judged. */
export interface ResolvedRobot {
  readonly cr: DingTalkRobot;
  /** Name of its service, and of its key in the Secret. */
  readonly service: string;
  /** What its group asks of messages; in a zone that there is, where it names one that there is not. */
  readonly audience: Audience;
  /** Whether that is not to count, since its newest spec is refused or not judged yet: messages stay as they are live. */
  readonly messagesStay?: true;
  readonly verdict: Verdict;
  /** Present where the rollout is `current`, and where what is live was made with it. */
  readonly credential?: Credential;
}

/** A template with its judgement. */
export interface ResolvedTemplate {
  readonly cr: NotificationTemplate;
  readonly verdict: Verdict;
}

/** A subscription with all it refers to. */
export interface ResolvedSubscription {
  readonly cr: NotificationSubscription;
  readonly verdict: Verdict;
  /** The robots that can be sent to. */
  readonly robots: readonly ResolvedRobot[];
  /** Present in full where the rollout is `current`. */
  readonly events: readonly ResolvedEvent[];
  /** expr-lang condition: what the namespace may hear of. */
  readonly accessCondition: string;
  /** AppProjects, as patterns, that the access condition lets through wherever their applications are. */
  readonly granted: readonly string[];
  /** expr-lang condition: what the subscription is about; undefined means all, or that nothing of it is to be live. */
  readonly criteria: string | undefined;
}

/** One event with its trigger and what it says. */
export interface ResolvedEvent extends JudgedTrigger {
  readonly name: string;
  /** The trigger's name in the catalogue; absent for an event of somebody's own. */
  readonly catalogueName?: string;
  /** Its place in the custom resource. */
  readonly path: string;
  /** What it says, unless it is a raw template. */
  readonly message: EventMessage;
  /** The whole body as a Go template of a trusted namespace. */
  readonly raw?: string | undefined;
  /** The template that it is made from, if it is not the catalogue's message. */
  readonly template?: NotificationTemplate;
  /** The template of another namespace that it is made from, `namespace/name`. */
  readonly sharedTemplate?: string;
}

/** The trigger of an event, and what is to be said of its condition. */
export interface JudgedTrigger {
  readonly trigger: Trigger;
  /** What refuses the condition, unless it is live as it is. */
  readonly doubts: readonly Refusal[];
  /** What its author should know all the same. */
  readonly warnings: readonly Finding[];
}
