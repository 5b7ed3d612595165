import type { Condition } from '../../operator/api/kinds.ts';
import type { ConfigFields } from '../../operator/dingtalk/testing/fake-configuration.ts';
import { type FakeDingTalk, startFakeDingTalk } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import { type EventuallyOptions, eventually } from '../../operator/lib/testing/eventually.ts';
import { ARGOCD, type ArgoCDController, applyProjects, startArgoCDNotifications } from './argocd.ts';
import type { ControlPlane } from './control-plane.ts';
import { installControlPlane, takeControlPlane } from './control-plane-pool.ts';
import { startOperator } from './operator.ts';
import type { RunningProcess } from './processes.ts';
import { refreshingWhileWaiting } from './refresh.ts';

export { ARGOCD };

/** Everything that a message passes on its way: the API server, Argo CD's controller, the operator, DingTalk. */
export interface Stage extends AsyncDisposable {
  readonly cp: ControlPlane;
  readonly dingtalk: FakeDingTalk;
  /** The operator that runs now. */
  operator(): RunningProcess;
  /** All that operators of this stage have printed. */
  operatorOutput(): string;
  /** Argo CD's controller; fails where the stage was set up without it. */
  argocd(): ArgoCDController;
  /** Ends the operator, if it runs, and starts it with these configuration fields and environment variables. */
  restartOperator(fields?: ConfigFields, env?: Readonly<Record<string, string>>): Promise<void>;
  stopOperator(): Promise<void>;
  apply(...manifests: readonly object[]): Promise<void>;
  remove(kind: string, namespace: string, name: string): Promise<void>;
  get<T = KubernetesResource>(kind: string, namespace: string, name: string): Promise<T>;
  /** Waits until the conditions of this generation read so: `{Ready: 'True/Ready'}`; 30 s where no time is given. */
  conditions(
    kind: string,
    namespace: string,
    name: string,
    wanted: Readonly<Record<string, string>>,
    timeoutMs?: number,
  ): Promise<KubernetesResource>;
}

/** The parts of a resource that tests look at. */
export interface KubernetesResource {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation: number;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly status?: { readonly conditions?: readonly Condition[]; readonly [field: string]: unknown };
}

/** What to start, beside the API server and the fake DingTalk. */
export interface StageOptions {
  /** Argo CD's own notifications controller (true). */
  readonly argocd?: boolean;
  /** Configuration of the operator; false: do not start it yet. */
  readonly operator?: ConfigFields | false;
  readonly projects?: readonly string[];
  /** Where Applications may live, beside Argo CD's namespace. */
  readonly applicationNamespaces?: readonly string[];
  /** Whether the API server keeps an audit log (false). The control plane is a new one then. */
  readonly audit?: boolean;
}

/** Sets everything up; what was started is stopped again if something fails on the way. */
export async function startStage(options: StageOptions = {}): Promise<Stage> {
  await using undo = new AsyncDisposableStack();
  const { audit = false, projects = [] } = options;
  const cp = undo.use(audit ? await installControlPlane({ audit }) : await takeControlPlane());
  const fake = undo.use(await startFakeDingTalk());
  if (projects.length > 0) await applyProjects(cp, ARGOCD, projects);
  const controller =
    options.argocd === false
      ? undefined
      : undo.use(
          await startArgoCDNotifications(cp, {
            namespace: ARGOCD,
            caFile: fake.caFile,
            args: (options.applicationNamespaces ?? []).flatMap((name) => ['--application-namespaces', name]),
          }),
        );
  const dingtalk = controller === undefined ? fake : refreshingWhileWaiting(cp, controller, fake);

  let operator: RunningProcess | undefined;
  let earlierOutput = '';
  const stopOperator = async () => {
    await operator?.stop();
    earlierOutput += operator?.output() ?? '';
    operator = undefined;
  };
  const restartOperator = async (fields?: ConfigFields, env?: Readonly<Record<string, string>>) => {
    await stopOperator();
    operator = await startOperator(cp, dingtalk, fields, env);
  };
  undo.defer(stopOperator);
  if (options.operator !== false) await restartOperator(options.operator);

  const { get } = cp;
  const running = undo.move();
  return {
    cp,
    dingtalk,
    stopOperator,
    restartOperator,
    get,
    operator: () => present(operator, 'the operator does not run'),
    operatorOutput: () => earlierOutput + (operator?.output() ?? ''),
    argocd: () => present(controller, 'this stage has no Argo CD controller'),
    apply: (...manifests) => cp.apply(manifests),
    remove: cp.remove,
    conditions: (kind, namespace, name, wanted, timeoutMs) =>
      // Each look is work for the API server, beside that for which the test waits.
      untilConditions(cp, [kind, namespace, name], wanted, {
        intervalMs: 100,
        ...(timeoutMs !== undefined && { timeoutMs }),
      }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Waits until the conditions of the resource's present generation read so: `{Ready: 'True/Ready'}`. */
export function untilConditions(
  { get }: Pick<ControlPlane, 'get'>,
  [kind, namespace, name]: readonly [string, string, string],
  wanted: Readonly<Record<string, string>>,
  options: EventuallyOptions,
): Promise<KubernetesResource> {
  return eventually(
    `${kind} ${namespace}/${name} to be ${JSON.stringify(wanted)}`,
    async () => {
      const resource = await get<KubernetesResource>(kind, namespace, name);
      const shown = shownConditions(resource);
      const match = Object.entries(wanted).every(([type, value]) => shown[type] === value);
      if (match && resource.status?.observedGeneration === resource.metadata.generation) return resource;
      throw new Error(`it is ${JSON.stringify(shown)}`);
    },
    options,
  );
}

function shownConditions(resource: KubernetesResource): Record<string, string> {
  const conditions = resource.status?.conditions ?? [];
  return Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status}/${reason}`]));
}

function present<T>(value: T | undefined, otherwise: string): T {
  if (value === undefined) throw new Error(otherwise);
  return value;
}
