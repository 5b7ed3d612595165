import { randomBytes } from 'node:crypto';
import type { NotificationSubscription, NotificationTemplate } from '../kinds.ts';

const API_VERSION = 'argocd-dingtalk.io/v1alpha1';

/** The manifest of a Namespace. */
export const namespace = (name: string, labels: Readonly<Record<string, string>> = {}) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});

/** What a robot's owner gets to see in DingTalk. */
export interface Credentials {
  readonly token: string;
  readonly secret: string;
}

/** A fresh access token and signing secret. */
export function newCredentials(): Credentials {
  return { token: randomBytes(32).toString('hex'), secret: `SEC${randomBytes(32).toString('hex')}` };
}

/** A Secret; keys that are undefined are left out. */
export const credentialsSecret = (
  where: { readonly namespace: string; readonly name: string },
  stringData: Readonly<Record<string, string | undefined>>,
) => ({ apiVersion: 'v1', kind: 'Secret', metadata: where, stringData });

/** A robot whose Secret has its own name and the keys `webhook` and `secret`. */
export const robot = (where: { readonly namespace: string; readonly name: string }, spec: object = {}) => ({
  apiVersion: API_VERSION,
  kind: 'DingTalkRobot',
  metadata: where,
  spec: {
    webhook: { secretKeyRef: { name: where.name, key: 'webhook' } },
    signing: { secretKeyRef: { name: where.name, key: 'secret' } },
    ...spec,
  },
});

/** A subscription to failed syncs of all Applications, for the robot of its own name. */
export const subscription = (
  where: { readonly namespace: string; readonly name: string },
  spec: Partial<NotificationSubscription['spec']> = {},
) => ({
  apiVersion: API_VERSION,
  kind: 'NotificationSubscription',
  metadata: where,
  spec: {
    robots: [{ name: where.name }],
    applications: { all: true },
    events: [{ trigger: 'on-sync-failed' }],
    ...spec,
  },
});

/** A template in Go's language. */
export const template = (where: { readonly namespace: string; readonly name: string }, raw: string) => ({
  apiVersion: API_VERSION,
  kind: 'NotificationTemplate',
  metadata: where,
  spec: { message: { raw } },
});

/** A template in Handlebars. */
export const typedTemplate = (
  where: { readonly namespace: string; readonly name: string },
  spec: NotificationTemplate['spec'],
) => ({ apiVersion: API_VERSION, kind: 'NotificationTemplate', metadata: where, spec });
