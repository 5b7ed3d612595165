import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { BuildContext } from './go-build/build-context.ts';
import { runBuildProgram } from './go-build/build-program.ts';
import { compile } from './go-build/compile.ts';
import { fillFolder } from './go-build/output-folder.ts';
import { engineLayout, GO_FLAGS } from './layout.ts';
import { ENGINE_NAME, enginePath, locateEngine, type Platform, thisPlatform } from './locate.ts';

const HELP = `Usage: node engine/build.ts

Builds Argo CD's notifications engine as a program, only if it is missing, into
bin/engine/<hash>/<os>-<arch>/${ENGINE_NAME} (bin/engine/current leads to <hash>). It takes Go, and
about 1 min on two cores when nothing is cached.

Environment:
  PLATFORMS                what to build for, in Go's names: linux/amd64,linux/arm64 (default: this machine)
  ARGOCD_DINGTALK_ENGINE   the path of such a program: used instead, and nothing is built

<hash> stands for the Go module, its sources and the Go version. Old folders may be deleted at any time.
`;

const EXPECTED = 'about 1 min';

/** @throws Error for a text that is no list of platforms */
function platformsOf(text: string | undefined): Platform[] {
  if (!text) return [thisPlatform()];
  return text.split(',').map((name) => {
    const [, os, arch] = /^\s*([a-z0-9]+)\/([a-z0-9]+)\s*$/.exec(name) ?? [];
    if (os === undefined || arch === undefined)
      throw new Error(
        `PLATFORMS: expected a list such as linux/amd64,darwin/arm64, got ${JSON.stringify(text)}`,
      );
    return { os, arch };
  });
}

async function ensureEngine(platforms: readonly Platform[], context: BuildContext): Promise<void> {
  const layout = engineLayout();
  await fillFolder(
    layout,
    () => platforms.filter((platform) => !existsSync(layout.file(platform))),
    async (missing) => {
      for (const platform of missing) await build(layout.moduleDir, platform, layout.file(platform), context);
    },
    context,
  );
}

async function build(
  moduleDir: string,
  platform: Platform,
  target: string,
  context: BuildContext,
): Promise<void> {
  const goFlags = `${process.env.GOFLAGS ?? ''} ${GO_FLAGS}`.trim();
  const env = { GOOS: platform.os, GOARCH: platform.arch, GOFLAGS: goFlags };
  await compile({ moduleDir, target, env, expected: EXPECTED, ...context });
  const { size } = await stat(target);
  context.report(`${enginePath(platform)}: ${(size / 1e6).toFixed(1)} MB in ${target}`);
}

await runBuildProgram(HELP, async (context) => {
  if (process.env.ARGOCD_DINGTALK_ENGINE) context.report(`engine: ${locateEngine()}`);
  else await ensureEngine(platformsOf(process.env.PLATFORMS), context);
});
