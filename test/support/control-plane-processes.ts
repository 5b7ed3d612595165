import { join } from 'node:path';
import { Agent, request } from 'undici';
import type { ControlPlaneFiles } from './control-plane-files.ts';
import { type RunningProcess, startProcess } from './processes.ts';

/**
 * Starts etcd on two loopback ports and waits until it serves.
 *
 * @throws Error with etcd's last output when it does not.
 */
export function startEtcd(
  program: string,
  files: ControlPlaneFiles,
  dir: string,
  ports: { readonly client: number; readonly peer: number },
  further: readonly string[],
): Promise<RunningProcess> {
  const client = `http://127.0.0.1:${ports.client}`;
  const peer = `http://127.0.0.1:${ports.peer}`;
  return startProcess({
    name: 'etcd',
    command: program,
    args: [
      ...['--name', 'default', '--data-dir', files.etcdData, '--unsafe-no-fsync'],
      // An only member elects itself; with etcd's defaults that takes a second. Shorter intervals take more of a processor.
      ...['--heartbeat-interval', '50', '--election-timeout', '250'],
      ...['--listen-client-urls', client, '--advertise-client-urls', client],
      ...[
        '--listen-peer-urls',
        peer,
        '--initial-advertise-peer-urls',
        peer,
        '--initial-cluster',
        `default=${peer}`,
      ],
      ...further,
    ],
    logFile: join(dir, 'etcd.log'),
    // Its own word for it, and not an answer on the port: that could come from the etcd of another test.
    ready: ({ output }) => output().includes('ready to serve client requests'),
  });
}

/**
 * Starts kube-apiserver with RBAC and real ServiceAccount tokens, and waits until `/readyz` says ok.
 *
 * There is no controller manager behind it: nothing makes ServiceAccounts or tokens by itself, deletes the contents of
 * a namespace or collects garbage.
 *
 * @throws Error with its last output when it does not get ready.
 */
export async function startApiServer(
  program: string,
  files: ControlPlaneFiles,
  dir: string,
  ports: { readonly own: number; readonly etcd: number },
  further: readonly string[],
): Promise<RunningProcess> {
  const agent = new Agent({ connect: { ca: files.caPem } });
  try {
    return await startProcess({
      name: 'kube-apiserver',
      command: program,
      args: [
        ...['--etcd-servers', `http://127.0.0.1:${ports.etcd}`],
        ...[
          '--bind-address',
          '127.0.0.1',
          '--secure-port',
          String(ports.own),
          '--endpoint-reconciler-type',
          'none',
        ],
        ...[
          '--tls-cert-file',
          files.serverCert,
          '--tls-private-key-file',
          files.serverKey,
          '--cert-dir',
          dir,
        ],
        ...['--authorization-mode', 'RBAC', '--token-auth-file', files.tokens],
        ...['--service-account-issuer', 'https://kubernetes.default.svc'],
        ...['--service-account-key-file', files.serviceAccountKey],
        ...['--service-account-signing-key-file', files.serviceAccountKey],
        // Without a controller manager no ServiceAccount `default` appears, and every Pod would be refused.
        ...['--disable-admission-plugins', 'ServiceAccount', '--enable-garbage-collector=false'],
        ...['--service-cluster-ip-range', '10.0.0.0/24', '--allow-privileged'],
        ...further,
      ],
      // It collects garbage half as often as by default: a fifth more memory, and less work.
      env: { GOGC: '200' },
      logFile: join(dir, 'kube-apiserver.log'),
      ready: async () => {
        const { statusCode, body } = await request(`https://127.0.0.1:${ports.own}/readyz`, {
          headers: { authorization: `Bearer ${files.adminToken}` },
          dispatcher: agent,
        });
        return (await body.text()) === 'ok' && statusCode === 200;
      },
    });
  } finally {
    await agent.close();
  }
}
