import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const READS = ['get', 'list', 'watch'];

/** Every change that somebody asks for, with its body; and every read of Secrets. */
const POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'Request', verbs: ['create', 'update', 'patch', 'delete'] },
    { level: 'Metadata', verbs: READS, resources: [{ group: '', resources: ['secrets'] }] },
    { level: 'None' },
  ],
};

const logFile = (dir: string): string => join(dir, 'audit.log');

/** Writes the policy; returns the API server's flags. */
export async function auditFlags(dir: string): Promise<string[]> {
  const policy = join(dir, 'audit-policy.json');
  await writeFile(policy, JSON.stringify(POLICY));
  return [
    ...['--audit-policy-file', policy, '--audit-log-path', logFile(dir), '--audit-log-mode', 'blocking'],
    // Half an hour of changes has more than the 100 MB after which a new file would begin.
    ...['--audit-log-maxsize', '10000'],
  ];
}

/** A change that the API server was asked for and made. */
export interface AuditedWrite {
  /** The id of the token that came with the request; tokens of one ServiceAccount differ. */
  readonly token: string;
  readonly verb: string;
  /** Such as `configmaps/argocd-notifications-cm` or `dingtalkrobots/payments/status`. */
  readonly object: string;
  readonly namespace: string;
  /** When the API server had the request, in microseconds since 1970. */
  readonly receivedAt: number;
  /** The precondition, if the request had one. */
  readonly resourceVersion: string | undefined;
}

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly extra?: { readonly [key: string]: readonly string[] } };
  readonly objectRef: {
    readonly resource: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly subresource?: string;
  };
  readonly requestReceivedTimestamp: string;
  readonly responseStatus: { readonly code: number };
  readonly requestObject?: { readonly metadata?: { readonly resourceVersion?: string } };
}

/** All changes that ServiceAccounts have made so far, in the order of their arrival. */
export async function auditedWrites(dir: string): Promise<AuditedWrite[]> {
  return (await eventsIn(dir))
    .filter(({ verb, responseStatus }) => !READS.includes(verb) && responseStatus.code < 300)
    .flatMap((event) => {
      const { verb, objectRef, requestReceivedTimestamp, requestObject } = event;
      const token = tokenOf(event);
      if (token === undefined) return [];
      const { resource, namespace = '', name, subresource } = objectRef;
      const object = [resource, name, subresource].filter((part) => part !== undefined).join('/');
      const resourceVersion = requestObject?.metadata?.resourceVersion;
      const receivedAt = micros(requestReceivedTimestamp);
      return [{ token, verb, object, namespace, receivedAt, resourceVersion }];
    })
    .toSorted((a, b) => a.receivedAt - b.receivedAt);
}

/** The tokens with which ServiceAccounts have read a Secret so far, or have tried to, one for each time. */
export async function auditedReads(dir: string, namespace: string, name: string): Promise<string[]> {
  return (await eventsIn(dir))
    .filter(({ verb, objectRef }) => verb === 'get' && objectRef.resource === 'secrets')
    .filter(({ objectRef }) => objectRef.namespace === namespace && objectRef.name === name)
    .flatMap((event) => tokenOf(event) ?? []);
}

const eventsIn = async (dir: string): Promise<AuditEvent[]> =>
  (await readFile(logFile(dir), 'utf8'))
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as AuditEvent);

const tokenOf = ({ user }: AuditEvent): string | undefined =>
  user.extra?.['authentication.kubernetes.io/credential-id']?.[0];

/** `2026-11-23T08:00:00.123456Z`, which Date cuts to milliseconds. */
const micros = (time: string): number =>
  Date.parse(time) * 1_000 + Number(/\.\d{3}(\d{3})/.exec(time)?.[1] ?? 0);

/** The id by which the audit log names the token of this kubeconfig. */
export async function tokenId(kubeconfig: string): Promise<string> {
  const { users } = JSON.parse(await readFile(kubeconfig, 'utf8'));
  const [, claims] = users[0].user.token.split('.');
  return `JTI=${JSON.parse(Buffer.from(claims, 'base64url').toString()).jti}`;
}
