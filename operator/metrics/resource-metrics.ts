import type { Instruments } from './instruments.ts';

/** How many resources of a kind have a state of the condition Ready. */
export interface ResourceFigure {
  readonly kind: string;
  /** `Unknown` until the operator has written a status for the present generation. */
  readonly ready: 'True' | 'False' | 'Unknown';
  readonly count: number;
}

/** How many resources of a kind are not ready for one reason. */
export interface ReasonFigure {
  readonly kind: string;
  readonly reason: string;
  readonly count: number;
}

/** The live signatures of the robots that have `spec.signing` and are accepted. */
export interface SignatureFigures {
  readonly signed: number;
  /** Of which the signature is missing, or should have been renewed. */
  readonly overdue: number;
  /** The earliest end of a signature, in milliseconds since 1970. */
  readonly earliestEnd?: number | undefined;
}

/** The metrics of the custom resources. */
export function resourceMetrics(instruments: Instruments) {
  const resources = instruments.leaderGauge({
    name: 'argocd_dingtalk_resources',
    help: 'Number of custom resources that the installation serves, by kind and by the status of their condition Ready.',
    labelNames: ['kind', 'ready'],
  });
  const notReady = instruments.leaderGauge({
    name: 'argocd_dingtalk_resources_not_ready',
    help: 'Number of custom resources whose condition Ready is False, by kind and reason.',
    labelNames: ['kind', 'reason'],
  });
  const faults = instruments.leaderGauge({
    name: 'argocd_dingtalk_resource_faults',
    help: 'Number of resources that the operator fails to handle because of its own bugs; its log has the stack of each.',
  });
  const ofOthers = instruments.leaderGauge({
    name: 'argocd_dingtalk_resources_of_other_installations',
    help: 'Number of custom resources that this installation selects and another installation of the operator serves.',
  });
  const pending = instruments.leaderGauge({
    name: 'argocd_dingtalk_statuses_pending',
    help: 'Number of custom resources whose status the operator still has to write.',
  });
  const statuses = instruments.counter({
    name: 'argocd_dingtalk_status_writes_total',
    help: 'Writes of statuses, by outcome: written, outdated (the resource changed or was deleted), failed (the operator tries again).',
    labelNames: ['outcome'],
  });
  const expiry = instruments.leaderGauge({
    name: 'argocd_dingtalk_signature_expiry_timestamp_seconds',
    help: 'Time at which the first of the live signatures ends, in seconds since 1970; absent without signatures.',
  });
  const signatures = instruments.leaderGauge({
    name: 'argocd_dingtalk_signatures',
    help: 'Number of accepted robots with signing, by state: signed, or overdue (the signature is missing or was not renewed in time).',
    labelNames: ['state'],
  });
  const secrets = instruments.leaderGauge({
    name: 'argocd_dingtalk_credential_secrets',
    help: 'Number of Secrets that robots refer to, by state: found, missing, unreadable, or unread.',
    labelNames: ['state'],
  });
  const messages = instruments.counter({
    name: 'argocd_dingtalk_test_messages_total',
    help: 'Test messages to DingTalk, by result: ok, retry (a temporary failure that stayed), or final (somebody has to do something).',
    labelNames: ['result'],
  });
  for (const result of ['ok', 'retry', 'final']) messages.inc({ result }, 0);
  for (const outcome of ['written', 'outdated', 'failed']) statuses.inc({ outcome }, 0);
  return {
    /** How many resources the operator fails on now. */
    resourceFaults: (count: number) => faults.set({}, count),
    /** How many resources another installation serves, although this one selects them. */
    resourcesOfOthers: (count: number) => ofOthers.set({}, count),
    /** How many statuses differ from the wanted ones. */
    statusesPending: (count: number) => pending.set({}, count),
    /** A status was sent, with this result. */
    statusSent: (outcome: string) => statuses.inc({ outcome }),
    /** A test message has its outcome. */
    testMessageSent: (result: string) => messages.inc({ result }),
    resourceStates: (states: readonly ResourceFigure[], reasons: readonly ReasonFigure[]) => {
      for (const gauge of [resources, notReady]) gauge.clear();
      for (const { kind, ready, count } of states) resources.set({ kind, ready }, count);
      for (const { kind, reason, count } of reasons) notReady.set({ kind, reason }, count);
    },
    signatureStates: ({ signed, overdue, earliestEnd }: SignatureFigures) => {
      expiry.clear();
      if (earliestEnd !== undefined) expiry.set({}, earliestEnd / 1_000);
      signatures.set({ state: 'signed' }, signed);
      signatures.set({ state: 'overdue' }, overdue);
    },
    credentialSecrets: (counts: Readonly<Record<string, number>>) => {
      for (const [state, count] of Object.entries(counts)) secrets.set({ state }, count);
    },
  };
}
