import { closest } from '../../lib/closest.ts';
import { serviceKey } from '../names.ts';

/** All types of services: https://github.com/argoproj/notifications-engine/blob/master/pkg/services/services.go (`NewService`) */
const TYPES = [
  'alertmanager',
  'awssqs',
  'email',
  'gcppubsub',
  'github',
  'googlechat',
  'grafana',
  'mattermost',
  'nats',
  'newrelic',
  'opsgenie',
  'pagerduty',
  'pagerdutyv2',
  'pushover',
  'rocketchat',
  'slack',
  'teams',
  'teams-workflows',
  'telegram',
  'webex',
  'webhook',
];

/** A robot's service as it should be, without the URL itself. */
const VALUE = 'with the lines `url: …` and `headers: [{name: Content-Type, value: application/json}]`';

/** The remedy for a key of a service that the engine does not know. */
export function keyRemedy(key: string, message: string): string | undefined {
  const [, type] = /^service type '([^']*)' is not supported/.exec(message) ?? [];
  if (type !== undefined) return typeRemedy(key, type);
  return message.startsWith('invalid service key') ? propertyRemedy(key) : undefined;
}

function typeRemedy(key: string, type: string): string {
  const [, , name = type] = key.split('.');
  const guess = closest(type.toLowerCase(), TYPES);
  if (guess !== undefined && guess !== 'webhook') return `Did you mean the type ${guess}?`;
  const wanted = serviceKey(name === '' ? 'NAME' : name);
  return guess === 'webhook'
    ? `Rename the key to ${wanted}.`
    : `Argo CD has no services of the type ${type || 'that is empty'}. A robot of DingTalk is a webhook: rename the key to ${wanted}, ${VALUE}.`;
}

/** A key has one name after the type: further parts are a property of the service, or a name with a dot. */
function propertyRemedy(key: string): string {
  const [, type = '', name = '', ...rest] = key.split('.');
  const property = rest.join('.');
  if (type !== 'webhook') return 'A key has at most one name after the type of the service, without a dot.';
  const isProperty = /^(url|headers|method|body|token|secret|insecureSkipVerify|basicAuth)\b/i.test(property);
  return isProperty
    ? `A service is one key: write \`${property}: …\` as a line into the value of ${serviceKey(name)}, and remove the key ${key}.`
    : `The name of a service has no dot: rename the key, for instance to ${serviceKey([name, ...rest].join('-'))}, and the recipients with it.`;
}
