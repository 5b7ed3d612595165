import { describe, expect, it } from 'vitest';
import {
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
