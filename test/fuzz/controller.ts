import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Target } from '../../operator/core/model/snapshot.ts';
import { type FakeDingTalk, startFakeDingTalk } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import { answers } from '../../operator/dingtalk/testing/fake-dingtalk-answers.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { application, degraded, healthy, syncFailed, syncSucceeded } from '../support/applications.ts';
import { type ArgoCDController, installArgoCD, startArgoCDNotifications } from '../support/argocd.ts';
import { type ControlPlane, startControlPlane } from '../support/control-plane.ts';
import { canaryKeys, canaryName } from './canary.ts';
import type { Scene } from './judge.ts';
import { STRICT_ROBOT } from './typed-cases.ts';

const ARGOCD = 'argocd';
/** How long the canary's message may take, on a machine that is busy. */
const DEADLINE_MS = 25_000;
const POKE_MS = 1_500;
/** Who has nothing to do for that long has settled. */
const QUIET_MS = 250;
/** More often than this nobody works on one Application within a few seconds, unless it goes round in circles. */
const MAX_PASSES = 40;
const BAD_WORDS = /^.*(Failed to get api|fatal error|panic:|stack overflow|goroutine stack exceeds).*$/im;

/** Whatever its data, a message in Handlebars can be rendered and sent. */
const UNSENT = new RegExp(`^.*Failed to notify recipient \\{dt_\\S+_${STRICT_ROBOT} .*$`, 'm');

/** Argo CD's own notifications controller, asked whether it can live with a configuration. */
export class RealController implements AsyncDisposable {
  readonly #cp: ControlPlane;
  readonly #dingtalk: FakeDingTalk;
  readonly #undo: AsyncDisposableStack;
  /** The same in each round, since messages of the last one may come late. */
  readonly #strictSpec: ReturnType<typeof strictSpec>;
  #argocd: ArgoCDController | undefined;
  readonly #strictTokens = new Set<string>();
  #round = 0;

  private constructor(cp: ControlPlane, dingtalk: FakeDingTalk, undo: AsyncDisposableStack, seed: number) {
    this.#cp = cp;
    this.#dingtalk = dingtalk;
    this.#undo = undo;
    this.#strictSpec = strictSpec(seed);
    undo.defer(() => this.#argocd?.stop());
  }

  /** Starts an API server, a fake DingTalk and the controller. */
  static async start(seed: number): Promise<RealController> {
    await using undo = new AsyncDisposableStack();
    const cp = undo.use(await startControlPlane());
    const dingtalk = undo.use(await startFakeDingTalk());
    await installArgoCD(cp, { namespace: ARGOCD, projects: ['payments'] });
    return new RealController(cp, dingtalk, undo.move(), seed);
  }

  /** What the next configuration has beside the cases. Each round has a robot of its own, since robots are throttled. */
  nextScene(): Scene {
    const round = ++this.#round;
    const canary = this.#dingtalk.addRobot({ token: randomUUID() });
    const { token } = this.#dingtalk.addRobot({ token: randomUUID(), secret: 'SECfuzz' });
    const { keywords } = this.#strictSpec;
    const strict = this.#dingtalk.addRobot({ token: randomUUID(), secret: 'SECfuzz', keywords });
    this.#strictTokens.add(strict.token);
    return {
      round,
      dingtalk: this.#dingtalk,
      token,
      strict: { token: strict.token, spec: this.#strictSpec },
      foreign: canaryKeys(round),
      foreignSecret: { canary: canary.webhookUrl },
    };
  }

  /** Gives the controller the configuration; resolves to its words if it can't live with it, or undefined. */
  async problemWith({ configMap, secret }: Target, { round, strict }: Scene): Promise<string | undefined> {
    this.#argocd ??= await startArgoCDNotifications(this.#cp, {
      namespace: ARGOCD,
      caFile: this.#dingtalk.caFile,
    });
    const argocd = this.#argocd;
    const before = argocd.output().length;
    const said = (): string => argocd.output().slice(before);
    const name = canaryName(round);
    const items = [
      object('Secret', 'argocd-notifications-secret', { stringData: secret?.data }),
      object('ConfigMap', 'argocd-notifications-cm', { data: configMap?.data }),
      canaryApplication(round),
    ];
    await this.#cp.kubectl(
      ['apply', '--server-side', '--force-conflicts', '--field-manager', 'fuzz', '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
    );
    const poking = setInterval(() => void this.#poke(name), POKE_MS);
    try {
      const isOver = () =>
        BAD_WORDS.test(said()) || circling(said(), name) !== undefined || this.#hasSettled(name, said);
      await eventually('the canary', isOver, { timeoutMs: DEADLINE_MS });
    } catch {
      await this.#abandon();
      return `no message of the canary within ${DEADLINE_MS / 1000} s; it said last:\n${said().split('\n').slice(-12).join('\n')}`;
    } finally {
      clearInterval(poking);
    }
    const words =
      BAD_WORDS.exec(said())?.[0] ??
      UNSENT.exec(said())?.[0] ??
      circling(said(), name) ??
      this.#refusal(strict.token) ??
      (await this.#death());
    if (words !== undefined) await this.#abandon();
    void this.#cp.tryKubectl(['delete', 'applications.argoproj.io', name, '-n', ARGOCD, '--wait=false']);
    return words;
  }

  /** Whether the canary's message came, and there was nothing more to do: other messages may be in the same pass. */
  async #hasSettled(name: string, said: () => string): Promise<boolean> {
    if (!this.#dingtalk.requests.some(({ rawBody }) => rawBody.includes(`${name} lives`))) return false;
    const before = passes(said(), name, 'Start processing');
    await delay(QUIET_MS);
    return (
      passes(said(), name, 'Start processing') === before &&
      passes(said(), name, 'Processing completed') === before
    );
  }

  /** How many messages in Handlebars DingTalk has looked at: all but those that came too fast were taken. */
  messages(): number {
    return this.#dingtalk.requests.filter(({ token }) => this.#strictTokens.has(`${token}`)).length;
  }

  /** What DingTalk said to a message in Handlebars, if it did not take it; that there are too many is nobody's fault. */
  #refusal(token: string): string | undefined {
    const refused = this.#dingtalk.requests.find(
      (each) => each.token === token && ![0, answers.throttled('').errcode].includes(each.errcode),
    );
    return (
      refused && `DingTalk refuses: ${refused.errcode} ${refused.errmsg}: ${refused.rawBody.slice(0, 2_000)}`
    );
  }

  #poke(name: string): Promise<unknown> {
    return this.#cp.tryKubectl([
      'label',
      'applications.argoproj.io',
      name,
      '-n',
      ARGOCD,
      '--overwrite',
      `poked=${Date.now()}`,
    ]);
  }

  async #death(): Promise<string | undefined> {
    return this.#argocd?.metrics().then(
      () => undefined,
      () => 'it does not run any more',
    );
  }

  /** The next configuration gets a fresh process. */
  async #abandon(): Promise<void> {
    const argocd = this.#argocd;
    this.#argocd = undefined;
    await argocd?.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync();
  }
}

/** A keyword is looked for in what people read, so it may hold anything that they do. */
const KEYWORDS = [['Argo CD'], ['值班', '{{'], ['"\\n'], ['＠'], ['a b', 'c']];
const AUDIENCES = [
  { locale: 'en', timeZone: 'UTC' },
  { locale: 'zh-CN', timeZone: 'Asia/Shanghai' },
  {},
] as const;

const strictSpec = (seed: number) => ({
  keywords: KEYWORDS[seed % KEYWORDS.length] as string[],
  ...AUDIENCES[seed % AUDIENCES.length],
});

function passes(said: string, name: string, words: string): number {
  return said.split('\n').filter((line) => line.includes(words) && line.endsWith(`/${name}`)).length;
}

function circling(said: string, name: string): string | undefined {
  const count = passes(said, name, 'Start processing');
  return count > MAX_PASSES ? `it worked ${count} times on one Application within seconds` : undefined;
}

const object = (kind: string, name: string, fields: object): object => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: ARGOCD },
  ...fields,
});

/** One that is well, one that isn't, and one without any state, in turn. */
function canaryApplication(round: number): object {
  const at = new Date(Date.now() + 2_000);
  const name = canaryName(round);
  const app = application({ name, namespace: ARGOCD, project: 'payments', labels: { tier: 'gold' } });
  const resources = Array.from({ length: 20 }, (_, index) => ({
    kind: 'Job',
    name: `job-${index}`,
    version: 'v1',
    status: 'OutOfSync',
    health: { status: 'Degraded' },
  }));
  const states = [
    { ...syncSucceeded(at).status, ...healthy(at).status, resources },
    {
      ...syncFailed(at, { message: 'denied: "x"\n{{ . }}\u2028😀 \\' }).status,
      ...degraded(at).status,
      resources,
    },
  ];
  const status = states[round % 3];
  return { ...app, ...(status && { status }) };
}
