/** The bundled programs, by their names, and the source files that they begin with. */
export const PROGRAMS = {
  'argocd-dingtalk-operator': 'operator/operator-main.ts',
  'argocd-dingtalk': 'operator/main.ts',
} as const;

export type ProgramName = keyof typeof PROGRAMS;

/** The name of a program's file, wherever the bundle is. */
export function bundledFile(name: ProgramName): string {
  return `${name}.js`;
}
