import { basename } from 'node:path';
import { runBuildProgram } from '../../engine/go-build/build-program.ts';
import { compile } from '../../engine/go-build/compile.ts';
import { fillFolder } from '../../engine/go-build/output-folder.ts';
import { missingPromtool, PROMTOOL_FLAGS, PROMTOOL_PACKAGE, promtoolLayout } from '../promtool/layout.ts';
import { missingTools, toolsLayout } from './layout.ts';
import { copyManifests } from './manifests.ts';

const HELP = `Usage: node test/cluster/build.ts

Builds what the cluster tests run, each only if it is missing, into bin/tools/<hash>/ (bin/tools/current leads there):

  etcd, kube-apiserver, kubectl   a real control plane
  argocd-notifications            Argo CD's own notifications controller
  argocd-health                   Argo CD's own judgement of a resource's health
  argocd/*.yaml                   its CRDs and its notifications catalogue

and into bin/promtool/<hash>/, from a Go module of its own:

  promtool                        Prometheus' own judge of metrics and alert rules

<hash> stands for the Go module, its sources and the Go version. Old folders may be deleted at any time.

Environment:
  KUBEBUILDER_ASSETS   a folder with etcd, kube-apiserver and kubectl: used instead of building them
`;

/** In the order of building: each adds to what the next finds compiled. */
const EXPECTED: ReadonlyMap<string, string> = new Map([
  ['etcd', 'about 1 min'],
  ['kubectl', 'about 1 min'],
  ['kube-apiserver', '2 to 5 min'],
  ['argocd-notifications', '1 to 2 min'],
  ['argocd-health', 'about 1 min'],
]);

await runBuildProgram(HELP, async (context) => {
  const layout = toolsLayout();
  const { moduleDir, lackingAssets = [] } = layout;
  if (missingTools(layout).length > 0 && lackingAssets.length > 0)
    context.report(`KUBEBUILDER_ASSETS lacks ${lackingAssets.join(', ')}: not used`);
  await fillFolder(
    layout,
    () => missingTools(layout),
    async (missing) => {
      for (const [name, expected] of EXPECTED) {
        const target = missing.find((path) => basename(path) === name);
        if (target !== undefined) await compile({ moduleDir, target, expected, ...context });
      }
      if (missing.some((path) => path.endsWith('.yaml'))) await copyManifests(layout);
    },
    context,
  );
  const ownLayout = promtoolLayout();
  await fillFolder(
    ownLayout,
    () => missingPromtool(ownLayout),
    async ([target]) => {
      const { moduleDir: ownDir } = ownLayout;
      if (target !== undefined)
        await compile({
          moduleDir: ownDir,
          target,
          source: PROMTOOL_PACKAGE,
          env: { GOFLAGS: `${process.env.GOFLAGS ?? ''} ${PROMTOOL_FLAGS}`.trim() },
          expected: 'about 1 min',
          ...context,
        });
    },
    context,
  );
});
