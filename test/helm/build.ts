import { runBuildProgram } from '../../engine/go-build/build-program.ts';
import { compile } from '../../engine/go-build/compile.ts';
import { fillFolder } from '../../engine/go-build/output-folder.ts';
import { HELM_VERSIONS, type HelmVersion, helmLayout, missingHelm } from './layout.ts';

const HELP = `Usage: node test/helm/build.ts

Builds Helm 3 and Helm 4, each only if it is missing, into bin/helm/v3/<hash>/ and bin/helm/v4/<hash>/ (bin/helm/v3/current
and bin/helm/v4/current lead there).
<hash> stands for the Go module, which pins the version, and the Go version. Old folders may be deleted at any time.
`;

const EXPECTED: Readonly<Record<HelmVersion, string>> = { 3: 'about 1 min', 4: '1 to 2 min' };

await runBuildProgram(HELP, async (context) => {
  for (const major of HELM_VERSIONS) {
    const layout = helmLayout(major);
    await fillFolder(
      layout,
      () => missingHelm(layout),
      async ([target]) => {
        if (target === undefined) return;
        const { moduleDir } = layout;
        const source = `helm.sh/helm/v${major}/cmd/helm`;
        await compile({ moduleDir, target, source, expected: EXPECTED[major], ...context });
      },
      context,
    );
  }
});
