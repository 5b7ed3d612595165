import { expect, it } from 'vitest';
import { serviceName } from '../argocd/names.ts';
import { config, NOW, robot } from '../core/testing/fixtures.ts';
import { signedUrl } from '../dingtalk/sign.ts';
import { metricSources } from './figures.ts';

it('judge the signatures by the clock that has made them, and not by one that is wrong', () => {
  const { namespace, secret } = config().target;
  const { metadata, ...rest } = robot({ name: 'a' });
  const accepted = { type: 'Accepted', status: 'True', reason: 'Accepted' };
  const items = [{ ...rest, metadata, status: { conditions: [accepted] } }];
  const url = signedUrl('https://h/robot/send?access_token=t', 's', NOW.getTime());
  const data = { [serviceName(metadata.namespace, 'a')]: Buffer.from(url).toString('base64') };
  const sealed = { metadata: { name: secret, namespace, uid: 'u', resourceVersion: '1' }, data };
  const empty = { items: () => [], get: () => undefined };
  const caches = {
    ...{
      robots: { ...empty, items: () => items },
      templates: empty,
      subscriptions: empty,
      namespaces: empty,
    },
    ...{ configMap: empty, secret: { ...empty, get: () => sealed }, argocdConfigMap: empty, projects: empty },
  };
  const parts = { caches, credentials: { counts: () => ({}) } };
  // The clock of this machine is 90 minutes ahead.
  const context = {
    config: config(),
    clocks: { wall: () => NOW.getTime() + 90 * 60_000 },
    serverClock: { now: () => NOW, skewMs: () => -90 * 60_000 },
  };
  const { cluster } = metricSources(
    parts as never,
    context as never,
    { isWaiting: false },
    { missingRight: undefined },
  );
  expect(cluster().signatures).toMatchObject({ signed: 1, overdue: 0 });
});
