import { existsSync, readFileSync } from 'node:fs';

/** Linux's capabilities, in the order of their numbers. */
const CAPABILITIES = (
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE ' +
  'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN ' +
  'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE ' +
  'MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'
)
  .split(' ')
  .map((name) => `CAP_${name}`);

/** What matters of a machine for containers that may do everything, as the nodes of kind are. */
export interface Machine {
  /** Capabilities that the kernel knows and that no process here can have: `CAP_SYS_RESOURCE`. */
  readonly withheld: readonly string[];
  /** The version of the control groups; `none` if a controller that Kubernetes needs is not mounted. */
  readonly cgroups: 'v2' | 'v1' | 'none';
}

/** Controllers of cgroup v1 without which a kubelet does not start. */
const NEEDED_CONTROLLERS = ['cpu', 'cpuacct', 'cpuset', 'devices', 'freezer', 'memory', 'pids'];

/** Reads what this Linux machine has. */
export function thisMachine(): Machine {
  const status = readFileSync('/proc/self/status', 'utf8');
  const boundingSet = /^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
  const last = Number(readFileSync('/proc/sys/kernel/cap_last_cap', 'utf8'));
  const isV2 = existsSync('/sys/fs/cgroup/cgroup.controllers');
  return {
    withheld: withheldCapabilities(boundingSet, last),
    cgroups: isV2 ? 'v2' : hasControllers(readFileSync('/proc/self/mounts', 'utf8')) ? 'v1' : 'none',
  };
}

/**
 * The names of the capabilities that are not in a set.
 *
 * @param boundingSet `CapBnd` of /proc/self/status: one bit for each capability, in hexadecimal
 * @param last the number of the last capability that the kernel knows
 */
export function withheldCapabilities(boundingSet: string, last: number): string[] {
  const bits = BigInt(`0x${boundingSet}`);
  return Array.from({ length: last + 1 }, (_, number) => number)
    .filter((number) => ((bits >> BigInt(number)) & 1n) === 0n)
    .map((number) => CAPABILITIES[number] ?? `capability ${number}`);
}

/** Whether every controller of cgroup v1 that a kubelet needs is mounted, alone or with others. */
export function hasControllers(mounts: string): boolean {
  const options = mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , type]) => type === 'cgroup')
    .flatMap(([, , , text = '']) => text.split(','));
  return NEEDED_CONTROLLERS.every((name) => options.includes(name));
}

/** What is mounted below these folders, the innermost first. */
export function mountsBelow(mounts: string, folders: readonly string[]): string[] {
  return mounts
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => folders.some((folder) => path.startsWith(`${folder}/`)))
    .reverse();
}
