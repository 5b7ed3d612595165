import { existsSync, globSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { BuildContext } from '../../engine/go-build/build-context.ts';
import { compile } from '../../engine/go-build/compile.ts';
import { fillFolder, type OutputFolder, outputFolder } from '../../engine/go-build/output-folder.ts';
import { goToolchain } from '../../engine/go-build/toolchain.ts';
import { execute } from './execute.ts';
import { GO_MODULES, type GoModule, KIND } from './go-modules.ts';

/** What is built into `<repository>/bin/kind/`. */
export const KIND_OUTPUT = join(dirname(dirname(import.meta.dirname)), 'bin', 'kind');

/** A module below this folder. */
type ModuleName = keyof typeof GO_MODULES;

/** A program that the nodes of a cluster run, or that makes clusters. */
export type KindProgram = { [Name in ModuleName]: keyof (typeof GO_MODULES)[Name]['programs'] }[ModuleName];

/** Go is asked and sources are read once in a process. */
const folders = new Map<ModuleName, OutputFolder>();

function folderOf(name: ModuleName): OutputFolder {
  const known = folders.get(name) ?? computeFolder(name);
  folders.set(name, known);
  return known;
}

function computeFolder(name: ModuleName): OutputFolder {
  const moduleDir = join(import.meta.dirname, name);
  const { linkerFlags = '', goFlags = '' }: GoModule = GO_MODULES[name];
  const { version, os, arch } = goToolchain(moduleDir, 'a node of kind');
  const settings = `${version} ${os} ${arch} ${goFlags} ${linkerFlags}`;
  const sources = globSync('cmd/**/*.go', { cwd: moduleDir });
  return outputFolder({ moduleDir, base: join(KIND_OUTPUT, name) }, settings, sources);
}

/** Where a program belongs, whether it exists yet or not: `bin/kind/kubernetes/<hash>/kubeadm`. The hash stands for its content. */
export function kindProgram(name: KindProgram): string {
  const module = (Object.keys(GO_MODULES) as ModuleName[]).find((each) => name in GO_MODULES[each].programs);
  if (module === undefined) throw new Error(`no module has ${name}`);
  return join(folderOf(module).directory, name);
}

/** The folder of kind's own module, with the files of its images. Go downloads it if it is missing. */
export async function kindModuleFolder(): Promise<string> {
  const cwd = join(import.meta.dirname, 'runtime');
  const env = { GOWORK: 'off' };
  const downloaded = await execute('go', ['mod', 'download', '-json', KIND], {
    cwd,
    env,
    timeoutMs: 120_000,
  });
  return (JSON.parse(downloaded) as { readonly Dir: string }).Dir;
}

/** Builds those of the programs that are missing; without `wanted`, all. */
export async function buildKindPrograms(
  context: BuildContext,
  wanted?: readonly KindProgram[],
): Promise<void> {
  for (const module of Object.keys(GO_MODULES) as ModuleName[]) await buildModule(module, context, wanted);
}

async function buildModule(
  module: ModuleName,
  context: BuildContext,
  wanted?: readonly string[],
): Promise<void> {
  const { programs, linkerFlags = '', goFlags = '' }: GoModule = GO_MODULES[module];
  const names = Object.keys(programs).filter((name) => wanted === undefined || wanted.includes(name));
  if (names.length === 0) return;
  const folder = folderOf(module);
  const missing = () => names.map((name) => join(folder.directory, name)).filter((path) => !existsSync(path));
  const build = async (targets: readonly string[]) => {
    for (const target of targets) {
      const { expected = '', source } = programs[basename(target)] ?? {};
      const env = { GOFLAGS: `${process.env.GOFLAGS ?? ''} -buildvcs=false ${goFlags}`.trim() };
      const from = source === undefined ? {} : { source };
      await compile({ moduleDir: folder.moduleDir, target, expected, linkerFlags, env, ...from, ...context });
    }
  };
  await fillFolder(folder, missing, build, context);
}
