/** Writes time-zones.generated.ts from the Go on the PATH. `node operator/lib/generate-time-zones.ts` */

import { writeFileSync } from 'node:fs';
import { goTimeZones } from './go-time-zones.ts';

const WIDTH = 120;

const lines = [''];
for (const name of goTimeZones()) {
  const last = lines.at(-1) ?? '';
  if (last.length + name.length > WIDTH) lines.push(name);
  else lines[lines.length - 1] = `${last} ${name}`.trim();
}
writeFileSync(
  new URL('./time-zones.generated.ts', import.meta.url),
  "// Generated from Go's time-zone database by operator/lib/generate-time-zones.ts.\n\n" +
    '/** The names of all time zones and of their links, as Go writes them, with white space between. */\n' +
    `export const TIME_ZONES = \`\n${lines.join('\n')}\n\`;\n`,
);
