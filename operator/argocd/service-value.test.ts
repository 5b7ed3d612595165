import { describe, expect, it } from 'vitest';
import {
  formatRelayService,
  formatService,
  readService,
  referencedKeys,
  secretReference,
  withSecretValues,
} from './service-value.ts';

describe('the value of a service', () => {
  it('is read back as it was written', () => {
    const url = secretReference('dt_team_robot');
    expect(readService(formatService(url, 'argocd-dingtalk'))).toEqual({
      url,
      headers: ['Content-Type'],
      extras: ['managedBy'],
    });
  });

  it('of the relay names its capability in a header only, and tries again for some seconds', () => {
    const value = formatRelayService('http://relay:8080/v1', secretReference('dt__relay'), 'argocd-dingtalk');
    expect(readService(value)?.url).toBe('http://relay:8080/v1');
    expect(JSON.parse(value)).toMatchObject({
      headers: [
        { name: 'Content-Type', value: 'application/json' },
        { name: 'Authorization', value: 'Bearer $dt__relay' },
      ],
      retryMax: 4,
      retryWaitMin: 500_000_000,
      retryWaitMax: 4_000_000_000,
      managedBy: 'argocd-dingtalk',
    });
    expect(referencedKeys(value)).toEqual(['dt__relay']);
  });

  it('of others may be YAML, or nothing of the kind', () => {
    const value = 'url: https://$host/x\nurl: https://$other/x\nbasicAuth: {username: a}\n';
    expect(readService(value)).toEqual({ url: 'https://$other/x', headers: [], extras: ['basicAuth'] });
    expect(readService('- a')).toEqual({ url: '', headers: [], extras: [] });
    expect(readService('{')).toBeUndefined();
  });
});

it('has references to the Secret wherever the engine sees one', () => {
  const text = `https://${secretReference('a-b')}.example.com/${secretReference('c_d')}?$`;
  expect(referencedKeys(text)).toEqual(['a-b', 'c_d']);
  expect(withSecretValues(text, (key) => `<${key}>`)).toBe('https://<a-b>.example.com/<c_d>?$');
});
