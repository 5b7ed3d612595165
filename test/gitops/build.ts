import { runBuildProgram } from '../../engine/go-build/build-program.ts';
import { compile } from '../../engine/go-build/compile.ts';
import { fillFolder } from '../../engine/go-build/output-folder.ts';
import { copyFromArgoCD } from '../cluster/manifests.ts';
import { ARGOCD_PACKAGE, gitopsLayout, missingGitopsTools } from './layout.ts';

const HELP = `Usage: node test/gitops/build.ts

Builds what an Argo CD needs to sync from Git, each only if it is missing, into bin/gitops/<hash>/ (bin/gitops/current
leads there):

  argocd                    Argo CD as it is released: application-controller, repo-server and more in one program
  redis                     an in-memory Redis server, Argo CD's cache
  git-verify-wrapper.sh     a script that its repo-server calls
  applicationset-crd.yaml   the CRD that the test control plane lacks

The test control plane itself is built by test/cluster/build.ts. <hash> stands for the Go module, its sources and the Go
version. Old folders may be deleted at any time.
`;

await runBuildProgram(HELP, async (context) => {
  const layout = gitopsLayout();
  const { moduleDir, tools } = layout;
  await fillFolder(
    layout,
    () => missingGitopsTools(layout),
    async (missing) => {
      const build = async (target: string, expected: string, source: string): Promise<void> => {
        if (missing.includes(target)) await compile({ moduleDir, target, source, expected, ...context });
      };
      await build(tools.redis, 'about 10 s', './cmd/redis');
      await build(tools.argocd, '1 to 5 min', ARGOCD_PACKAGE);
      await copyFromArgoCD(moduleDir, [
        { from: 'manifests/crds/applicationset-crd.yaml', to: tools.applicationSetCrd },
        { from: 'hack/git-verify-wrapper.sh', to: tools.verifyWrapper, executable: true },
      ]);
    },
    context,
  );
});
