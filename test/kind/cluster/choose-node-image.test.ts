import { expect, it } from 'vitest';
import { chooseNodeImage, type NodeImageFacts } from './choose-node-image.ts';

const ordinary: NodeImageFacts = {
  named: undefined,
  machine: { withheld: [], cgroups: 'v2' },
  hasKindImage: async () => true,
};
const nobodyAsks = async () => {
  throw new Error('nobody has to ask');
};

it("is kind's own where a registry has it", async () => {
  expect(await chooseNodeImage(ordinary)).toMatchObject({ kind: 'kind' });
});

it('is built where no registry answers', async () => {
  expect(await chooseNodeImage({ ...ordinary, hasKindImage: async () => false })).toMatchObject({
    kind: 'built',
    why: expect.stringContaining('no registry'),
  });
});

it.each([
  [{ withheld: ['CAP_SYS_RESOURCE'], cgroups: 'v2' }, 'CAP_SYS_RESOURCE'],
  [{ withheld: [], cgroups: 'v1' }, 'cgroup v2'],
] as const)(
  "is built where kind's own would not start, and no registry is asked: %j",
  async (machine, why) => {
    const choice = await chooseNodeImage({ ...ordinary, machine, hasKindImage: nobodyAsks });
    expect(choice).toMatchObject({ kind: 'built', why: expect.stringContaining(why) });
  },
);

it('is the one that somebody names', async () => {
  const machine = { withheld: ['CAP_BPF'], cgroups: 'v1' } as const;
  expect(await chooseNodeImage({ named: 'mine:1', machine, hasKindImage: nobodyAsks })).toEqual({
    kind: 'named',
    why: 'KIND_NODE_IMAGE names mine:1',
  });
});
