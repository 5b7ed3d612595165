import type { DingTalkRobot, NotificationSubscription, NotificationTemplate } from '../api/kinds.ts';
import type { Manifest } from './manifests.ts';

/** A custom resource and the document that it came from. */
export interface LoadedResource {
  readonly manifest: Manifest;
  readonly resource: DingTalkRobot | NotificationTemplate | NotificationSubscription;
}
