import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { locateEngine } from '../../engine/locate.ts';
import { GROUP, KINDS } from '../../operator/api/kinds.ts';
import { REASONS, type Reason } from '../../operator/api/reasons.ts';
import { engineAsker, Gate } from '../../operator/cluster/gate.ts';
import { createEngine } from '../../operator/engine/client.ts';
import { createLogger } from '../../operator/lib/logger.ts';
import { argocdHealth } from '../support/argocd-health.ts';
import { type Reported, reportedStates } from '../support/reported-states.ts';
import { run } from '../support/run.ts';
import { locateTools } from '../support/tools.ts';

const FOLDER = join(import.meta.dirname, '../../config/argocd');
const CONFIG_MAP = join(FOLDER, 'argocd-cm.yaml');
const keyOf = (kind: string) => `resource.customizations.health.${GROUP}_${kind}`;

/** The reasons of a Ready that is False and not Degraded. */
const NOT_DEGRADED: Partial<Record<Reason, string>> = {
  Suspended: 'Suspended',
  Pending: 'Progressing',
  GateUnavailable: 'Progressing',
};

let states: Reported[];
beforeAll(async () => {
  const engine = createEngine({ program: locateEngine(), deadlineMs: 20_000 });
  try {
    const gate = new Gate(engineAsker(engine), new Map(), createLogger('warn', process.stderr));
    states = await reportedStates(gate);
  } finally {
    await engine.close();
  }
});

const readyOf = ({ status }: Reported) => status?.conditions?.find(({ type }) => type === 'Ready');

describe('the states of the test', () => {
  it('have every kind, healthy and not, and every reason', () => {
    for (const { kind } of Object.values(KINDS)) {
      const own = states.filter((each) => each.kind === kind).map((each) => readyOf(each)?.status);
      expect([...new Set(own)].sort()).toEqual(['False', 'True']);
    }
    const seen = new Set(
      states.flatMap(({ status }) => (status?.conditions ?? []).map(({ reason }) => reason)),
    );
    expect(Object.keys(REASONS).filter((reason) => !seen.has(reason))).toEqual([]);
  });
});

describe("Argo CD's own engine", () => {
  it('shows each state that the operator reports, with its reason and message', async () => {
    const answers = await argocdHealth(CONFIG_MAP, states);
    const wanted = states.map((each) => {
      const { status, reason = '', message = '' } = readyOf(each) ?? {};
      if (status === 'True') return { status: 'Healthy', message };
      return { status: NOT_DEGRADED[reason as Reason] ?? 'Degraded', message: `${reason}: ${message}` };
    });
    expect(answers).toEqual(wanted);
    expect(new Set(wanted.map(({ status }) => status))).toEqual(
      new Set(['Healthy', 'Progressing', 'Degraded', 'Suspended']),
    );
  });

  it('waits for the operator while it has not reported on this generation', async () => {
    const kinds = Object.values(KINDS).map(
      ({ kind }) => states.find((each) => each.kind === kind) as Reported,
    );
    const stale = kinds.map((each) => ({ ...each, metadata: { ...each.metadata, generation: 9 } }));
    const silent = kinds.map(({ status: _, ...each }) => each);
    const empty = kinds.map((each) => ({
      ...each,
      status: { observedGeneration: each.metadata.generation },
    }));
    const answers = await argocdHealth(CONFIG_MAP, [...stale, ...silent, ...empty]);
    expect(answers.map((each) => each?.status)).toEqual(Array(9).fill('Progressing'));
    expect(answers[0]?.message).toMatch(/newest version/);
    expect(answers[3]?.message).toMatch(/does not serve the namespace/);
  });

  it('has no script for other kinds of the group', async () => {
    const other = { apiVersion: `${GROUP}/v1alpha1`, kind: 'Other', metadata: { name: 'a' } };
    expect(await argocdHealth(CONFIG_MAP, [other])).toEqual([null]);
  });
});

describe('the patch of argocd-cm', () => {
  const script = readFileSync(join(FOLDER, 'health.lua'), 'utf8');
  const scripts = Object.fromEntries(Object.values(KINDS).map(({ kind }) => [keyOf(kind), script]));

  it('has the script for each kind, and nothing else', () => {
    expect(parse(readFileSync(CONFIG_MAP, 'utf8')).data).toEqual(scripts);
  });

  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'argocd-health-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  it('is a component for the kustomization of Argo CD', async () => {
    await mkdir(join(dir, 'argocd'));
    const argocd = join(dir, 'argocd');
    const configMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'argocd-cm', namespace: 'argocd' },
      data: { url: 'https://argocd.example.com' },
    };
    await writeFile(join(argocd, 'argocd-cm.yaml'), JSON.stringify(configMap));
    const kustomization = { resources: ['argocd-cm.yaml'], components: [relative(argocd, FOLDER)] };
    await writeFile(join(argocd, 'kustomization.yaml'), JSON.stringify(kustomization));
    const { code, stdout, stderr } = await run(locateTools().kubectl, ['kustomize', argocd]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(parse(stdout)).toEqual({ ...configMap, data: { ...configMap.data, ...scripts } });
  });
});
