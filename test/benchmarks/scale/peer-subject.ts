import { gunzipSync } from 'node:zlib';
import type { Connection } from '../../../operator/kubernetes/connection.ts';
import type { DataObject } from '../../../operator/kubernetes/objects.ts';
import { resourcePath } from '../../../operator/kubernetes/paths.ts';
import type { ControlPlane } from '../../support/control-plane.ts';
import { waitForCrds } from '../../support/crds.ts';
import { freePorts } from '../../support/ports.ts';
import { startProcess } from '../../support/processes.ts';
import { inParallel } from '../teams/stage.ts';
import { WatchedObject } from '../teams/watched-object.ts';
import type { RunningSubject, Subject } from './subject.ts';

const NAMESPACE = 'monitoring';
const ACCOUNT = 'prometheus-operator';
const GROUP = 'monitoring.coreos.com';
const CONFIG = 'dingtalk';
/** Where prometheus-operator puts the merged configuration of the Alertmanager `main`. */
const TARGET = {
  version: 'v1',
  plural: 'secrets',
  namespace: NAMESPACE,
  name: 'alertmanager-main-generated',
};
const TARGET_KEY = 'alertmanager.yaml.gz';
const TEXT_BYTES = 200;

/** The user of its requests. */
export const PEER_USER = `system:serviceaccount:${NAMESPACE}:${ACCOUNT}`;

/** Where prometheus-operator is. */
export interface PeerFiles {
  readonly program: string;
  /** The folder with the manifests of its CRDs. */
  readonly crds: string;
}

/**
 * prometheus-operator with an AlertmanagerConfig for each team, which has a receiver with a text and a Secret with the URL. It
 * merges all of them into one Secret.
 */
export class PeerSubject implements Subject {
  readonly user = PEER_USER;
  readonly sets: readonly string[];
  readonly #cp: ControlPlane;
  readonly #connection: Connection;
  readonly #files: PeerFiles;

  /** @param sets namespaces, which exist */
  constructor(cp: ControlPlane, connection: Connection, sets: readonly string[], files: PeerFiles) {
    this.#cp = cp;
    this.#connection = connection;
    this.sets = sets;
    this.#files = files;
  }

  /** Installs the CRDs, an Alertmanager that takes all configurations, and an account that may do everything. */
  async install(): Promise<void> {
    const { kubectl } = this.#cp;
    await kubectl(['apply', '--server-side', '-f', this.#files.crds]);
    await waitForCrds(this.#cp, [`alertmanagers.${GROUP}`, `alertmanagerconfigs.${GROUP}`]);
    await kubectl(['create', 'namespace', NAMESPACE]);
    await kubectl(['create', 'serviceaccount', ACCOUNT, '-n', NAMESPACE]);
    const account = `--serviceaccount=${NAMESPACE}:${ACCOUNT}`;
    await kubectl(['create', 'clusterrolebinding', ACCOUNT, '--clusterrole=cluster-admin', account]);
    await kubectl(['apply', '-f', '-'], JSON.stringify(ALERTMANAGER));
  }

  async start(): Promise<RunningSubject> {
    const kubeconfig = await this.#cp.serviceAccountKubeconfig(NAMESPACE, ACCOUNT);
    const [port] = (await freePorts(1)) as [number];
    return startProcess({
      name: 'prometheus-operator',
      command: this.#files.program,
      args: ['--web.listen-address', `127.0.0.1:${port}`],
      env: { KUBECONFIG: kubeconfig },
      ready: async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok,
    });
  }

  async createSets(): Promise<void> {
    await inParallel(this.sets, async (namespace) => {
      const secret = {
        metadata: { namespace, name: CONFIG },
        stringData: { url: `https://example.com/robot/${namespace}` },
      };
      await this.#create({ version: 'v1', plural: 'secrets', namespace }, secret);
      const config = {
        apiVersion: `${GROUP}/v1alpha1`,
        kind: 'AlertmanagerConfig',
        metadata: { namespace, name: CONFIG },
        spec: { route: { receiver: 'dingtalk' }, receivers: [receiver('as created')] },
      };
      await this.#create(
        { group: GROUP, version: 'v1alpha1', plural: 'alertmanagerconfigs', namespace },
        config,
      );
    });
  }

  async edit(namespace: string, mark: string): Promise<void> {
    const address = {
      group: GROUP,
      version: 'v1alpha1',
      plural: 'alertmanagerconfigs',
      namespace,
      name: CONFIG,
    };
    await this.#connection.request({
      method: 'PATCH',
      path: resourcePath(address),
      contentType: 'application/merge-patch+json',
      body: { spec: { receivers: [receiver(mark)] } },
    });
  }

  follow(): Promise<WatchedObject> {
    return WatchedObject.follow(this.#connection, TARGET);
  }

  readonly isComplete = (object: DataObject): boolean => {
    const names = new Set(
      [...textIn(object).matchAll(/\breceiver: "?([-\w]+)\/dingtalk\/dingtalk/g)].map(([, name]) => name),
    );
    return this.sets.every((set) => names.has(set));
  };

  readonly says = (object: DataObject, _set: string, mark: string): boolean => textIn(object).includes(mark);

  async #create(address: Parameters<typeof resourcePath>[0], body: object): Promise<void> {
    await this.#connection.request({ method: 'POST', path: resourcePath(address), body });
  }
}

const ALERTMANAGER = {
  apiVersion: `${GROUP}/v1`,
  kind: 'Alertmanager',
  metadata: { namespace: NAMESPACE, name: 'main' },
  spec: { alertmanagerConfigSelector: {}, alertmanagerConfigNamespaceSelector: {} },
};

const receiver = (mark: string) => ({
  name: 'dingtalk',
  slackConfigs: [
    {
      apiURL: { name: CONFIG, key: 'url' },
      channel: 'team',
      text: `The sync failed ${mark} `.padEnd(
        TEXT_BYTES,
        'and this line is as long as a text of a team can well be, ',
      ),
    },
  ],
});

function textIn({ data = {} }: DataObject): string {
  const packed = data[TARGET_KEY];
  return packed === undefined ? '' : gunzipSync(Buffer.from(packed, 'base64')).toString();
}
