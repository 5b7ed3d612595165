import type { Finding } from '../../api/finding.ts';
import type {
  ApplicationSubscription,
  DingTalkRobot,
  GiteeSubscription,
  NotificationTemplate,
} from '../../api/kinds.ts';
import type { Credential } from '../../dingtalk/credential.ts';
import type { GiteeTrigger } from '../../gitee/events.ts';
import type { Trigger } from '../../message/catalogue/trigger.ts';
import type { Audience, EventMessage } from '../../message/event-message.ts';
import type { Refusal, Verdict } from './verdict.ts';

/** Every CR whose status this installation writes, with its verdict. Each kind is ordered by namespace and name. */
export interface Resolution {
  readonly robots: readonly ResolvedRobot[];
  readonly templates: readonly ResolvedTemplate[];
  /** Those about applications of Argo CD. */
  readonly subscriptions: readonly ResolvedSubscription[];
  /** Those about Gitee repositories. */
  readonly gitee: readonly ResolvedGiteeSubscription[];
  /** The URL of Argo CD's user interface, without a slash at the end, if it is known. */
  readonly argocdUrl: string | undefined;
}

/** A robot with its credentials and the verdict on them. */
export interface ResolvedRobot {
  readonly cr: DingTalkRobot;
  /** Name of its service, and of its key in the Secret. */
  readonly service: string;
  /** The demands of its group on messages. The installation's time zone replaces an unknown one. */
  readonly audience: Audience;
  /** Whether live messages stay unchanged, because the newest spec is refused or not judged yet. */
  readonly messagesStay?: true;
  /** Whether the relay is to send to it. Argo CD's objects then hold nothing of it, unless it has yet to move. */
  readonly isRelayed?: true;
  readonly verdict: Verdict;
  /** Present where the rollout is `current`, and where the live version was made with it. */
  readonly credential?: Credential;
}

/** A template with its verdict. */
export interface ResolvedTemplate {
  readonly cr: NotificationTemplate;
  readonly verdict: Verdict;
}

/** A subscription about applications, with the resources that it refers to. */
export interface ResolvedSubscription {
  readonly cr: ApplicationSubscription;
  readonly verdict: Verdict;
  /** The robots that can get messages. */
  readonly robots: readonly ResolvedRobot[];
  /** In a part of a subscription: services that get no message by the way of this part, whatever is live. */
  readonly elsewhere?: ReadonlySet<string>;
  /** In a part: the moment from which new triggers count, if it is not the present one. */
  readonly countsFrom?: string;
  /** In a part: the services whose notes of sends count. The relay has notes of its own robots only, whatever the condition names. */
  readonly noted?: readonly string[];
  /** Complete where the rollout is `current`. */
  readonly events: readonly ResolvedEvent[];
  /** expr-lang condition: the applications that the namespace has access to. */
  readonly accessCondition: string;
  /** AppProjects, as patterns, whose applications the access condition lets through wherever they are. */
  readonly granted: readonly string[];
  /** expr-lang condition: the applications that the subscription is about; undefined for all, or if nothing is to be live. */
  readonly criteria: string | undefined;
}

/** A subscription about a Gitee repository, with the resources that it refers to. */
export interface ResolvedGiteeSubscription {
  readonly cr: GiteeSubscription;
  readonly verdict: Verdict;
  /** The robots that can get messages. */
  readonly robots: readonly ResolvedRobot[];
  /** Complete where the rollout is `current`. */
  readonly events: readonly ResolvedGiteeEvent[];
}

/** The message of an event. */
export interface ResolvedMessage {
  /** The name of the event. */
  readonly name: string;
  /** The path of the event in the custom resource. */
  readonly path: string;
  /** The message, unless there is a raw template. */
  readonly message: EventMessage;
  /** The whole body as a Go template of a trusted namespace. */
  readonly raw?: string | undefined;
  /** The whole body as a Go template of the operator itself, which posts the event to the relay. */
  readonly posted?: string;
  /** The template of the message, if it is not the catalogue's. */
  readonly template?: NotificationTemplate;
  /** `namespace/name` of the template, if it belongs to another namespace. */
  readonly sharedTemplate?: string;
}

/** One event about applications with its trigger and its message. */
export interface ResolvedEvent extends JudgedTrigger, ResolvedMessage {
  /** The trigger's name in the catalogue; absent for an event with an own condition. */
  readonly catalogueName?: string;
}

/** One event of a Gitee repository with its message. */
export interface ResolvedGiteeEvent extends ResolvedMessage {
  readonly giteeTrigger: GiteeTrigger;
  /** Absent for all of the trigger. */
  readonly actions?: readonly string[];
}

/** The trigger of an event, and the verdict on its condition. */
export interface JudgedTrigger {
  readonly trigger: Trigger;
  /** Findings that refuse the condition, unless it is live as it is. */
  readonly doubts: readonly Refusal[];
  /** Findings for the author, although the condition is accepted. */
  readonly warnings: readonly Finding[];
}
