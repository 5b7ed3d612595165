import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU time and the start of a process in hundredths of a second. */
const CLOCK_TICKS = 100;
const KIB = 1_024;

/** The state of one process, as Linux reports it. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
export interface ProcessFigures {
  readonly pid: number;
  readonly residentBytes: number;
  /** The most memory that the process ever had. */
  readonly peakBytes: number;
  /** CPU time of the process and of its children that have ended, in seconds. */
  readonly cpuSeconds: number;
}

/** A process and all its descendants. */
export interface ProcessTree {
  readonly root: ProcessFigures;
  readonly children: readonly ProcessFigures[];
}

/**
 * Reads the present state of a process and its descendants.
 * @returns undefined if the process has ended
 */
export function readProcessTree(pid: number): ProcessTree | undefined {
  const childrenOf = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) && statOf(Number(name))?.parent;
    if (parent) childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), Number(name)]);
  }
  const descendants = (of: number): number[] =>
    (childrenOf.get(of) ?? []).flatMap((child) => [child, ...descendants(child)]);
  const root = figuresOf(pid);
  return root && { root, children: descendants(pid).flatMap((each) => figuresOf(each) ?? []) };
}

/** Resident memory of the whole tree. */
export const residentSum = ({ root, children }: ProcessTree): number =>
  children.reduce((sum, { residentBytes }) => sum + residentBytes, root.residentBytes);

/** CPU time of the whole tree, including processes that have ended. */
export const cpuSum = ({ root, children }: ProcessTree): number =>
  children.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, root.cpuSeconds);

/**
 * When a process was started, in milliseconds since 1970, to a hundredth of a second.
 * @throws Error if there is no such process
 */
export function startedAt(pid: number): number {
  const stat = statOf(pid);
  if (!stat) throw new Error(`process ${pid} has ended`);
  const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  return Date.now() - (uptime - stat.startedAfterBoot) * 1_000;
}

function figuresOf(pid: number): ProcessFigures | undefined {
  const stat = statOf(pid);
  const status = read(`/proc/${pid}/status`);
  if (!stat || status === undefined) return undefined;
  // A process that has ended, and whose parent has not asked for its result, has no memory any more.
  const bytes = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) * KIB;
  return { pid, residentBytes: bytes('VmRSS'), peakBytes: bytes('VmHWM'), cpuSeconds: stat.cpuSeconds };
}

function statOf(pid: number) {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name, in parentheses, may hold spaces and parentheses; the third field comes after it.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const field = (number: number) => fields[number - 3] as number;
  return {
    parent: field(4),
    cpuSeconds: (field(14) + field(15) + field(16) + field(17)) / CLOCK_TICKS,
    startedAfterBoot: field(22) / CLOCK_TICKS,
  };
}

/** Returns undefined for a process that ended meanwhile, which is ordinary here. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
