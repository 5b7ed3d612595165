import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startFakeInPod } from './server.ts';

const HELP = `Usage: fake-dingtalk --cert FILE --key FILE [--port 8443] [--control-port 8080]

A strict fake DingTalk for a pod. It has no robot to begin with. The control port speaks HTTP:

  GET /healthz      answers once the fake listens
  PUT /robots       sets robots up: [{"token": "…", "secret": "SEC…", "keywords": ["…"], "allowedIps": ["…"]}]
  GET /deliveries   lists every request so far, with its time, body, signature and answer

  --cert FILE   certificate for HTTPS, PEM (tls.crt of a Secret)
  --key FILE    its key, PEM (tls.key)
`;

const { values } = parseArgs({
  options: {
    cert: { type: 'string' },
    key: { type: 'string' },
    port: { type: 'string', default: '8443' },
    'control-port': { type: 'string', default: '8080' },
    help: { type: 'boolean' },
  },
});
const { cert, key, port, 'control-port': controlPort, help } = values;
if (help) process.stdout.write(HELP);
else if (cert === undefined || key === undefined) {
  process.stderr.write('--cert and --key are needed; --help explains them\n');
  process.exitCode = 2;
} else {
  await using fake = await startFakeInPod({
    cert: readFileSync(cert, 'utf8'),
    key: readFileSync(key, 'utf8'),
    port: Number(port),
    controlPort: Number(controlPort),
  });
  process.stdout.write(`DingTalk's API on port ${fake.port}, control on port ${fake.controlPort}\n`);
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
}
