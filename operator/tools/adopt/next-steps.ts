import { join } from 'node:path';
import type { OperatorConfiguration } from '../../config/config.ts';
import { shellWord } from '../../lib/shell.ts';
import { ARGOCD_NAMESPACE } from '../known-configuration.ts';
import type { AdoptOptions } from './options.ts';
import type { AdoptState } from './summary.ts';

/** The facts that the next steps depend on. */
export interface StepFacts {
  readonly state: AdoptState;
  readonly problems: number;
  /** Applications that would lose their notifications. */
  readonly outOfScope: number;
  /** Secrets that are not printed. */
  readonly secretsToMake: number;
  /** Tools that would bring the former configuration back, as far as an object shows them. */
  readonly owners: number;
  /** Files from which lines have to go. */
  readonly files: number;
  /** AppProjects to which teams have no access yet. */
  readonly grants: number;
  /** Annotations that have to go after the switch. */
  readonly removals: number;
}

const OPERATOR = 'argocd-dingtalk-operator';

/** What to do next, in order; each step is a sentence, with a command if there is one. */
export function nextSteps(
  { state, problems, outOfScope, secretsToMake, owners, files, grants, removals }: StepFacts,
  options: AdoptOptions,
  { target }: Pick<OperatorConfiguration, 'target'>,
): string[] {
  const { file, config, outputDir, splitBy } = options;
  const mend = [
    ...(problems > outOfScope
      ? [
          'Read the problems below. Correct them and run this again, or go on: these parts stay with Argo CD as they are.',
        ]
      : []),
    ...(outOfScope > 0
      ? ['Grant the projects of the Applications below, or go on with --take-over --accept-differences.']
      : []),
  ];
  if (state === 'nothing')
    return problems > 0 ? ['Read the problems below, correct them and run this again.'] : [];
  const scale = (replicas: number): string =>
    `kubectl scale deployment ${OPERATOR} -n ${target.namespace} --replicas=${replicas}`;
  const dir = outputDir ?? 'moved-in';
  const write = `argocd-dingtalk adopt --output-dir ${shellWord(dir)}${flags(options, true)}`;
  const apply =
    state === 'applied'
      ? []
      : [
          outputDir === undefined
            ? `Write the resources into files, and read them: ${write}`
            : `Read the files in ${dir}.`,
          ...(secretsToMake > 0
            ? [
                `Make ${secretsToMake === 1 ? 'the Secret of the robot by the command' : `the ${secretsToMake} Secrets of the robots by the commands`} in ${join(dir, splitBy ? '*' : '', 'robots.yaml')}.`,
              ]
            : []),
          `Apply them: kubectl apply ${splitBy ? '-R ' : ''}-f ${shellWord(dir)}`,
        ];
  // In the cluster, another namespace may have such a ConfigMap, too.
  const isElsewhere = file && config === undefined && target.namespace !== ARGOCD_NAMESPACE;
  const onCluster = isElsewhere ? { ...options, argocdNamespace: target.namespace } : options;
  const granting =
    grants > 0
      ? ['Give the teams access to their projects by the commands below, or by tenancy.projects.']
      : [];

  return [
    ...mend,
    `Stop the operator if it runs, because otherwise messages are sent twice: ${scale(0)}`,
    ...apply,
    ...granting,
    ...(owners > 0
      ? ['Prepare the sources that would bring the former configuration back, as the list below says.']
      : []),
    `Switch: argocd-dingtalk adopt --take-over${owners > 0 ? ' --owner-will-follow' : ''}${flags(onCluster, false)}`,
    `Start the operator: ${scale(2)}`,
    ...(owners + files > 0 ? ['Right after that, change the sources as the list below describes.'] : []),
    ...(removals > 0 ? ['Remove the annotations that are replaced, by the commands below and in Git.'] : []),
  ];
}

/** The options that a further call needs, too. --take-over works on the cluster. */
function flags(
  { file, config, kubeconfig, namespace, argocdNamespace, splitBy }: AdoptOptions,
  isReading: boolean,
): string {
  const values: readonly (readonly [string, string | undefined])[] = [
    ...(isReading ? (file ?? []).map((each) => ['-f', each] as const) : []),
    ['--config', config],
    ['--argocd-namespace', argocdNamespace],
    ['--kubeconfig', isReading && file ? undefined : kubeconfig],
    ['-n', namespace],
    ['--split-by', splitBy],
  ];
  return values
    .flatMap(([flag, value]) => (value === undefined ? [] : ` ${flag} ${shellWord(value)}`))
    .join('');
}
