import { stringify } from 'yaml';
import { yamlFields, yamlText } from './yaml-value.ts';

/** Aliases would stand for what the tool writes twice. */
const asText = (value: unknown): string => stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 });

/**
 * The value of `context` that the Helm chart argo-cd makes of its values.
 *
 * https://github.com/argoproj/argo-helm/blob/main/charts/argo-cd/templates/argocd-notifications/configmap.yaml
 */
export const chartContext = (url: string, values: unknown): string =>
  asText({ argocdUrl: url, ...yamlFields(values) });

/** The value of `subscriptions` that the chart makes of its list. */
export const chartSubscriptions = (list: readonly unknown[]): string => asText(list);

/**
 * The value of `context` that argocd-operator makes of a NotificationsConfiguration: it does not quote.
 *
 * https://github.com/argoproj-labs/argocd-operator/blob/master/controllers/notificationsconfiguration/configmap.go
 */
export const operatorContext = (values: unknown): string =>
  Object.entries(yamlFields(values))
    .map(([key, value]) => `${key}: ${yamlText(value)}\n`)
    .join('');
