import { readFileSync } from 'node:fs';

/** Linux counts CPU time for other processes in hundredths of a second, on all of its machines. */
const TICK_MS = 10;
/** The fields of the file after the name of the program, which may contain spaces: the first of them is the third of the file. */
const USER = 14 - 3;
const SYSTEM = 15 - 3;

/**
 * The CPU time that a process has used, in milliseconds.
 * @returns undefined if the process has ended, and on systems without `/proc`
 *
 * Reference: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function cpuTimeMs(pid: number): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[USER]) + Number(fields[SYSTEM])) * TICK_MS;
}
