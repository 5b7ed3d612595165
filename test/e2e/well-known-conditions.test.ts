import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { liveObject } from '../../operator/core/testing/fixtures.ts';
import { catalogueEquivalent } from '../../operator/tools/adopt/conditions.ts';
import { readForeignConfig } from '../../operator/tools/adopt/foreign-config.ts';
import { locateTools } from '../support/tools.ts';

const triggersIn = (file: string) => {
  const { data } = parse(readFileSync(file, 'utf8')) as { data: Record<string, string> };
  return [...readForeignConfig(liveObject(data)).triggers].map(([name, [condition]]) => ({
    name,
    equivalent: condition && catalogueEquivalent(name, condition),
  }));
};

describe('well-known conditions', () => {
  it.each([
    ['Argo CD’s own catalogue', locateTools().notificationsCatalog],
    ['the recipe for ACK', new URL('ack-seed.configmap.yaml', import.meta.url).pathname],
  ])('of %s are those of the same name here', (_, file) => {
    const found = triggersIn(file);
    expect(found.length).toBeGreaterThan(5);
    for (const { name, equivalent } of found) expect(equivalent).toBe(name);
  });
});
