import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, globSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BuildContext } from '../../engine/go-build/build-context.ts';
import { compile } from '../../engine/go-build/compile.ts';
import { withLock } from '../../engine/go-build/lock.ts';
import { toolsLayout } from './layout.ts';

/** A change of one line of a Go module. */
interface Change {
  readonly module: string;
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

/** The limits that an object meets on its way into etcd. etcd's own one is a flag. */
const CHANGES: readonly Change[] = [
  {
    module: 'k8s.io/kubernetes',
    file: 'pkg/apis/core/validation/validation.go',
    before: 'if totalSize > core.MaxSecretSize {',
    after: 'if totalSize > 16*core.MaxSecretSize {',
  },
  {
    module: 'k8s.io/apiserver',
    file: 'pkg/server/config.go',
    before: 'MaxRequestBodyBytes: int64(3 * 1024 * 1024),',
    after: 'MaxRequestBodyBytes: int64(48 * 1024 * 1024),',
  },
  {
    module: 'go.etcd.io/etcd/client/v3',
    file: 'options.go',
    before: 'grpc.MaxCallSendMsgSize(2 * 1024 * 1024)',
    after: 'grpc.MaxCallSendMsgSize(32 * 1024 * 1024)',
  },
];

/**
 * The path of an API server that takes ConfigMaps and Secrets of up to 16 MiB: the same version and code as the one of the
 * tests, but for three constants. It is built if it is missing.
 * @throws Error if the build fails, or if a constant is not where it was
 */
export async function largeApiServer(context: BuildContext): Promise<string> {
  const { directory, moduleDir } = toolsLayout();
  const target = join(directory, 'large-objects', 'kube-apiserver');
  if (existsSync(target)) return target;
  await mkdir(dirname(target), { recursive: true });
  await withLock(`${target}.lock`, context, async () => {
    if (existsSync(target)) return;
    const copies = `${target}.modules`;
    await removeCopies(copies);
    try {
      const modfile = await changedModules(moduleDir, copies);
      await compile({ moduleDir, target, modfile, expected: '1 to 4 min', ...context });
    } finally {
      await removeCopies(copies);
    }
  });
  return target;
}

/** Copies the modules, changed; returns a go.mod that takes them instead of the originals. */
async function changedModules(moduleDir: string, copies: string): Promise<string> {
  await mkdir(copies, { recursive: true });
  const replaced: string[] = [];
  for (const [index, { module, file, before, after }] of CHANGES.entries()) {
    const source = execFileSync('go', ['list', '-m', '-f', '{{.Dir}}', module], {
      cwd: moduleDir,
    }).toString();
    const copy = join(copies, String(index));
    await cp(source.trim(), copy, { recursive: true });
    makeWritable(copy);
    const text = await readFile(join(copy, file), 'utf8');
    const places = text.split(before).length - 1;
    if (places === 0) throw new Error(`${module}/${file} does not contain ${before}`);
    await writeFile(join(copy, file), text.replaceAll(before, after));
    replaced.push(`replace ${module} => ${copy}`);
  }
  const original = await readFile(join(moduleDir, 'go.mod'), 'utf8');
  const isReplaced = (line: string) => CHANGES.some(({ module }) => line.trim().startsWith(`${module} => `));
  const kept = original.split('\n').filter((line) => !isReplaced(line));
  const modfile = join(copies, 'go.mod');
  await writeFile(modfile, [...kept, ...replaced, ''].join('\n'));
  await cp(join(moduleDir, 'go.sum'), join(copies, 'go.sum'));
  return modfile;
}

/** Go's module cache is read-only, and so are copies of it. */
function makeWritable(dir: string): void {
  chmodSync(dir, 0o700);
  for (const entry of globSync('**/', { cwd: dir, withFileTypes: true }))
    if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o700);
  for (const entry of globSync('**/*.go', { cwd: dir })) chmodSync(join(dir, entry), 0o600);
}

async function removeCopies(copies: string): Promise<void> {
  if (existsSync(copies)) await rm(copies, { recursive: true, force: true });
}
