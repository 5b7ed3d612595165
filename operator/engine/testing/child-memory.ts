import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Of one process, in MB: what it has in memory now, and what it had at most. */
export interface ProcessMemory {
  readonly nowMb: number;
  readonly peakMb: number;
}

/**
 * The memory of the only child that this process has of a program; undefined if there is none. Linux alone tells it.
 * @throws Error if there are several
 */
export function childMemory(program: string): ProcessMemory | undefined {
  const table = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', `${process.pid}`], { encoding: 'utf8' });
  const [line, ...others] = table.split('\n').filter((each) => each.includes(program));
  if (others.length > 0) throw new Error(`${program} runs ${others.length + 1} times`);
  if (line === undefined) return undefined;
  const status = readFileSync(`/proc/${line.trim().split(' ')[0]}/status`, 'utf8');
  const mb = (field: string) =>
    Math.round((Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1_024) / 1e6);
  return { nowMb: mb('VmRSS'), peakMb: mb('VmHWM') };
}
