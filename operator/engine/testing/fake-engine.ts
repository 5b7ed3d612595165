import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GREETING } from '../supervisor.ts';

/** The reaction of a fake engine to a request. The first one is good: the request itself is the answer. */
const BEHAVIOURS = {
  echo: 'send(text)',
  /** Answers with something other than JSON. */
  mumble: "send('no JSON')",
  /** Answers with 16 KiB of nothing. */
  babble: "send(' '.repeat(16_384))",
  /** Writes bytes that are not a frame. */
  stutter: "fs.writeSync(1, 'Segmentation fault')",
  /** Announces more than it writes, and waits. */
  trailOff: 'fs.writeSync(1, frameOf(text).subarray(0, -1))',
  /** Announces more than it writes, and ends. */
  breakOff: 'fs.writeSync(1, frameOf(text).subarray(0, -1)), process.exit(0)',
  /** Answers one question twice. */
  repeat: 'send(text), send(text)',
  silence: '',
  /** Answers late and uses no CPU time, as a process does that waits for its turn on a busy machine. */
  wait: 'setTimeout(() => send(text), 150)',
  /** Runs for ever. */
  loop: 'for (;;);',
  /** Allocates memory until there is none, and ends itself as Go does. */
  eat: "fs.writeSync(2, 'fatal error: runtime: out of memory\\n\\nruntime stack:\\n'), process.exit(2)",
  /** The same, but not at the first question. */
  fill: "number === 1 ? send(text) : (fs.writeSync(2, 'fatal error: out of memory\\n'), process.exit(2))",
  recurse: "fs.writeSync(2, 'runtime: sp=0x1\\nfatal error: stack overflow\\n'), process.exit(2)",
  trap: 'process.exit(2)',
  /** Another process kills it. */
  die: "process.kill(process.pid, 'SIGKILL')",
  /** The same, but only the first process that gets a request. */
  dieOnce:
    "fs.existsSync(MARK) ? send(text) : (fs.writeFileSync(MARK, ''), process.kill(process.pid, 'SIGKILL'))",
} as const;

export type Behaviour = keyof typeof BEHAVIOURS;

/**
 * A program that starts in no time and hangs, bursts and crashes like a real one; it is removed on disposal.
 * @param behaviours by the first letter of the call's name
 */
export function fakeEngine(behaviours: Readonly<Record<string, Behaviour>> = {}, greeting?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  const program = join(folder, 'engine');
  writeFileSync(program, script(behaviours, join(folder, 'mark'), greeting));
  chmodSync(program, 0o755);
  return { program, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

function script(behaviours: Readonly<Record<string, Behaviour>>, mark: string, greeting = GREETING): string {
  const cases = Object.entries(behaviours).map(
    ([letter, behaviour]) => `${letter}: (text) => { ${BEHAVIOURS[behaviour]} },`,
  );
  return `#!${process.execPath}
const fs = require('node:fs');
const MARK = ${JSON.stringify(mark)};
let number = 0;
const frameOf = (text) => {
  const frame = Buffer.from('\\0'.repeat(8) + text);
  frame.writeUInt32BE(frame.length - 8);
  frame.writeUInt32BE(number, 4);
  return frame;
};
const send = (text) => fs.writeSync(1, frameOf(text));
const acts = { ${cases.join('\n')} };
let input = Buffer.alloc(0);
process.stdin.on('end', () => process.exit(0)).on('data', (piece) => {
  input = Buffer.concat([input, piece]);
  while (input.length >= 8 && input.length >= 8 + input.readUInt32BE()) {
    number = input.readUInt32BE(4);
    const end = 8 + input.readUInt32BE();
    const text = input.subarray(8, end).toString();
    input = input.subarray(end);
    (acts[JSON.parse(text).call[0]] ?? send)(text);
  }
});
send(${JSON.stringify(greeting)});
`;
}
