import { describe, expect, it } from 'vitest';
import { hasControllers, mountsBelow, withheldCapabilities } from './machine.ts';

describe('capabilities', () => {
  it('are all there in a full set', () => {
    expect(withheldCapabilities('000001ffffffffff', 40)).toEqual([]);
  });

  it('are named by the bits that are not set', () => {
    expect(withheldCapabilities('000001fffeffffff', 40)).toEqual(['CAP_SYS_RESOURCE']);
    expect(withheldCapabilities('0000000000000000', 1)).toEqual(['CAP_CHOWN', 'CAP_DAC_OVERRIDE']);
  });

  it('that a newer kernel has are named by their numbers', () => {
    expect(withheldCapabilities('000001ffffffffff', 41)).toEqual(['capability 41']);
  });
});

const MOUNTS = `tmpfs /sys/fs/cgroup tmpfs rw,relatime,mode=755 0 0
cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0
cgroup /sys/fs/cgroup/cpuset cgroup rw,cpuset 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0
cgroup /sys/fs/cgroup/devices cgroup rw,devices 0 0
cgroup /sys/fs/cgroup/freezer cgroup rw,freezer 0 0
cgroup /sys/fs/cgroup/pids cgroup rw,pids 0 0
`;

describe('controllers of cgroup v1', () => {
  it('may be mounted together', () => {
    expect(hasControllers(MOUNTS)).toBe(true);
  });

  it('are all needed', () => {
    expect(hasControllers(MOUNTS.replace(/.*memory.*\n/, ''))).toBe(false);
    expect(hasControllers('')).toBe(false);
  });
});

it('what is mounted below a folder is found, the innermost first', () => {
  const mounts = 'a /d/x t rw 0 0\nb /d/x/y t rw 0 0\nc /data t rw 0 0\nd /e/z t rw 0 0\n';
  expect(mountsBelow(mounts, ['/d', '/e'])).toEqual(['/e/z', '/d/x/y', '/d/x']);
});
