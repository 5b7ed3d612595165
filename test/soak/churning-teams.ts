import { GROUP, KINDS, VERSION } from '../../operator/api/kinds.ts';
import {
  type Credentials,
  credentialsSecret,
  newCredentials,
  robot,
  subscription,
  typedTemplate,
} from '../../operator/api/testing/manifests.ts';
import { NotFoundError } from '../../operator/kubernetes/api-error.ts';
import { resourcePath } from '../../operator/kubernetes/paths.ts';
import type { ApiCall } from '../../operator/kubernetes/request.ts';

/** From the begin to the end, a few more or less. */
const TEAMS = 50;
const NAMESPACES = ['team-a', 'team-b', 'team-c'] as const;

/** One team: a robot with its credentials, a template and a subscription of the same name. */
interface Team {
  readonly namespace: string;
  readonly name: string;
  readonly text: string;
  readonly credentials: Credentials;
}

type Resource = 'secret' | 'robot' | 'template' | 'subscription';

/** Teams that come, change and go, each by a request of its own. It knows what should be in the end. */
export class ChurningTeams {
  static readonly namespaces = NAMESPACES;
  readonly #request: ApiCall;
  readonly #random: () => number;
  readonly #teams = new Map<string, Team>();
  #made = 0;
  #changes = 0;

  /** @param random 0 ≤ n < 1 */
  constructor(request: ApiCall, random: () => number) {
    this.#request = request;
    this.#random = random;
  }

  /** How many changes there were. */
  get changes(): number {
    return this.#changes;
  }

  /** The teams that are there now. */
  get teams(): readonly Team[] {
    return [...this.#teams.values()];
  }

  /** Makes as many teams as there will be, a few more or less. */
  async fill(): Promise<void> {
    while (this.#teams.size < TEAMS) await this.#create();
  }

  /** Does one change: a new team, a new text, new credentials, or the end of a team. */
  async change(): Promise<void> {
    this.#changes += 1;
    const all = this.teams;
    const choice = this.#random();
    const team = all[Math.floor(this.#random() * all.length)];
    // As many come as go.
    if (!team || choice < (all.length < TEAMS ? 0.2 : 0.1)) return this.#create();
    if (choice < 0.7) return this.#put({ ...team, text: `text-${this.#changes}.` }, ['template']);
    if (choice < 0.85) return this.#put({ ...team, credentials: newCredentials() }, ['secret']);
    return this.#remove(team);
  }

  async #create(): Promise<void> {
    const namespace = NAMESPACES[this.#made % NAMESPACES.length] as string;
    const name = `n${this.#made++}`;
    const team = { namespace, name, text: `text-${this.#changes}.`, credentials: newCredentials() };
    await this.#put(team, ['secret', 'robot', 'template', 'subscription']);
  }

  async #put(team: Team, changed: readonly Resource[]): Promise<void> {
    this.#teams.set(`${team.namespace}/${team.name}`, team);
    const manifests = manifestsOf(team);
    for (const resource of changed) {
      await this.#request({
        method: 'PATCH',
        path: pathOf(resource, team),
        query: { fieldManager: 'churn', force: true },
        contentType: 'application/apply-patch+yaml',
        body: manifests[resource],
      });
    }
  }

  async #remove(team: Team): Promise<void> {
    this.#teams.delete(`${team.namespace}/${team.name}`);
    for (const resource of ['subscription', 'template', 'robot', 'secret'] as const) {
      try {
        await this.#request({ method: 'DELETE', path: pathOf(resource, team) });
      } catch (error) {
        if (!(error instanceof NotFoundError)) throw error;
      }
    }
  }
}

function manifestsOf({ namespace, name, text, credentials }: Team): Record<Resource, object> {
  const where = { namespace, name };
  const { token: webhook, secret } = credentials;
  return {
    secret: credentialsSecret(where, { webhook, secret }),
    robot: robot(where),
    template: typedTemplate(where, { message: { text: { content: text } } }),
    // Each about another application, since a namespace has only so many destinations on any one.
    subscription: subscription(where, {
      robots: [{ name }],
      applications: { names: [name] },
      events: [{ trigger: 'on-sync-failed', template: { name } }],
    }),
  };
}

function pathOf(resource: Resource, { namespace, name }: Team): string {
  if (resource === 'secret') {
    const { metadata } = credentialsSecret({ namespace, name }, { webhook: '' }) as {
      metadata: { name: string };
    };
    return resourcePath({ version: 'v1', plural: 'secrets', namespace, name: metadata.name });
  }
  const { plural } = KINDS[resource];
  return resourcePath({ group: GROUP, version: VERSION, plural, namespace, name });
}
