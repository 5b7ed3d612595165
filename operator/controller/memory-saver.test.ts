import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

/** Runs a program after making 200 MB of garbage, in a process with its own memory. */
function heapAfter(program: string): number {
  const url = new URL('./memory-saver.ts', import.meta.url).href;
  const source = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { collectEarly, MemorySaver } from ${JSON.stringify(url)};
    const nursery = () => Math.round(getHeapSpaceStatistics().find((each) => each.space_name === 'new_space').space_size / 1e6);
    const work = () => { for (let round = 0; round < 8; round++) litter([], 20_000); };
    const used = () => Math.round(process.memoryUsage().heapTotal / 1e6);
    const litter = (kept, count) => { for (let i = 0; i < count; i++) kept.push({ text: 'x' + i, list: [i, i, i] }); };
    ${program}`;
  return Number(
    execFileSync(process.execPath, ['--input-type=module', '--eval', source], { encoding: 'utf8' }),
  );
}

it('gives memory back after work', () => {
  const work = 'litter([], 1_000_000);';
  const kept = heapAfter(`${work} setTimeout(() => console.log(used()), 300);`);
  const saved = heapAfter(
    `const saver = new MemorySaver(10); ${work} saver.worked(); setTimeout(() => console.log(used()), 300);`,
  );
  expect(kept).toBeGreaterThan(80);
  expect(saved).toBeLessThan(20);
});

it('waits for the end of work', () => {
  const busy = `
    const saver = new MemorySaver(1_000);
    litter([], 1_000_000);
    const before = used();
    const working = setInterval(() => saver.worked(), 20);
    setTimeout(() => { clearInterval(working); console.log(before - used()); }, 2_000);`;
  expect(heapAfter(busy)).toBeLessThan(10);
});

it('keeps the heap small while there is work', () => {
  const work = `
    const alive = [];
    litter(alive, 100_000);
    let most = 0;
    for (let round = 0; round < 300; round++) { litter([], 10_000); most = Math.max(most, used()); }
    console.log(most);`;
  const without = heapAfter(work);
  const early = heapAfter(`collectEarly(); ${work}`);
  expect(early).toBeLessThan(without * 0.8);
});

it('lets the space for new objects grow with work, to some megabytes', () => {
  const sizes = (program: string) => heapAfter(`const saver = new MemorySaver(10); ${program}`);
  const oneRun = sizes('work(); console.log(nursery());');
  expect(oneRun).toBeLessThanOrEqual(4);
  const runs = (count: number) =>
    sizes(`for (let run = 0; run < ${count}; run++) { work(); saver.worked(); } console.log(nursery());`);
  expect(runs(10)).toBeGreaterThanOrEqual(8);
  expect(runs(25)).toBeLessThanOrEqual(2 * 17);
  const rest = 'for (let run = 0; run < 10; run++) { work(); saver.worked(); }';
  expect(sizes(`${rest} setTimeout(() => console.log(nursery()), 300);`)).toBeLessThanOrEqual(4);
});
