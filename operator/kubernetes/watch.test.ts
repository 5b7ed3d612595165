import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connection, connect } from './connection.ts';
import { FakeApiServer, type Handler, refuse } from './testing/fake-api-server.ts';
import { type TestKubeconfig, testKubeconfig } from './testing/kubeconfig.ts';
import type { WatchEvent } from './watch.ts';

let handler: Handler;
let server: FakeApiServer;
let kubeconfig: TestKubeconfig;
let connection: Connection;
let stop: AbortController;

beforeEach(async () => {
  server = await FakeApiServer.start((request, response) => handler(request, response));
  kubeconfig = await testKubeconfig({ server: server.url, 'insecure-skip-tls-verify': true });
  connection = connect({ kubeconfig: kubeconfig.path, requestTimeoutMs: 500 });
  stop = new AbortController();
});

afterEach(async () => {
  await connection.close();
  await server.close();
  await kubeconfig.remove();
});

const open = (by = connection, idleTimeoutMs = 400): Promise<AsyncIterable<WatchEvent>> =>
  by.watch('/w', { resourceVersion: '1' }, { signal: stop.signal, idleTimeoutMs });

async function collect(watch = open()): Promise<string[]> {
  const versions: string[] = [];
  for await (const { object } of await watch) versions.push(object.metadata.resourceVersion);
  return versions;
}

const line = (resourceVersion: string, text = ''): string =>
  `${JSON.stringify({ type: 'ADDED', object: { metadata: { resourceVersion }, text } })}\n`;

describe('a watch', () => {
  it('is asked for as one', async () => {
    handler = (_, response) => void response.end();
    await collect();
    expect(`${server.requests[0]?.query}`).toBe('resourceVersion=1&watch=true');
  });

  it('puts lines together, wherever they were cut', async () => {
    handler = async (_, response) => {
      // U+2028 does not end a line here, and the characters of three bytes get cut in two.
      const bytes = Buffer.from(line('1', 'a\u2028b\rc 失败') + line('2', '部署'));
      for (const byte of bytes) response.write(Buffer.from([byte]));
      response.end();
    };
    await expect(collect()).resolves.toEqual(['1', '2']);
  });

  it('takes an object of a megabyte', async () => {
    handler = (_, response) => void response.end(line('1', 'x'.repeat(1_048_576)));
    await expect(collect()).resolves.toEqual(['1']);
  });

  it('puts what comes in many pieces together once', async () => {
    handler = (_, response) => void response.end(line('1', '部'.repeat(8_000_000)));
    // The test is about the processor's time, and a busy machine takes longer by the clock.
    const patient = connect({ kubeconfig: kubeconfig.path, requestTimeoutMs: 30_000 });
    const before = process.cpuUsage();
    await expect(collect(open(patient, 30_000))).resolves.toEqual(['1']);
    const { user, system } = process.cpuUsage(before);
    await patient.close();
    // Reading again for each piece takes ten times as long.
    expect((user + system) / 1_000).toBeLessThan(1_500);
  });

  it('lives as long as something comes, whatever the limit for requests', async () => {
    handler = (_, response) => {
      let sent = 0;
      const timer = setInterval(() => {
        sent += 1;
        if (sent < 11) return void response.write(line(`${sent}`));
        clearInterval(timer);
        response.end();
      }, 60);
    };
    await expect(collect()).resolves.toHaveLength(10);
  });
});

describe('a watch fails', () => {
  it('because nothing comes', async () => {
    handler = (_, response) => void response.write(line('1'));
    await expect(collect()).rejects.toMatchObject({
      name: 'WatchIdleError',
      message: 'WATCH /w: silent for 400 ms',
    });
  });

  it('because it is not even accepted', async () => {
    handler = () => {};
    await expect(collect()).rejects.toThrow('WATCH /w: no answer within 500 ms');
  });

  it('because it is refused', async () => {
    handler = (_, response) => refuse(response, 403, 'Forbidden');
    await expect(collect()).rejects.toMatchObject({ name: 'ForbiddenError', code: 403 });
  });

  it('because its version is too old', async () => {
    const status = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
    handler = (_, response) => void response.end(`${JSON.stringify({ type: 'ERROR', object: status })}\n`);
    await expect(collect()).rejects.toMatchObject({ name: 'ExpiredError' });
  });

  it.each(['null', '{"type":"ADDED"}', '{"type":"ADDED","object":{"metadata":{}}}'])(
    'because of %s',
    async (text) => {
      handler = (_, response) => void response.end(`${text}\n`);
      await expect(collect()).rejects.toThrow('an event without an object');
    },
  );

  it('because of a line without an end', async () => {
    handler = (_, response) => {
      const piece = 'x'.repeat(2 ** 20);
      const more = (): void => {
        if (!response.destroyed) response.write(piece, more);
      };
      more();
    };
    await expect(collect(open(connection, 30_000))).rejects.toThrow('an event that is too large');
  });

  it('because it is told to', async () => {
    handler = (_, response) => {
      response.write(line('1'));
      setImmediate(() => stop.abort(new Error('enough')));
    };
    await expect(collect()).rejects.toThrow('enough');
  });
});

describe('many watches one after the other', () => {
  it('leave nothing behind on the signal', async () => {
    let count = 0;
    handler = (_, response) => {
      count += 1;
      if (count % 3 === 0) return refuse(response, 500, 'InternalError');
      if (count % 3 === 1) return void response.end();
      return void response.destroy();
    };
    for (let i = 0; i < 30; i += 1) await collect().catch(() => {});
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  it('even if nobody reads them to the end', async () => {
    const closed = Promise.withResolvers<void>();
    handler = (_, response) => {
      response.on('close', () => closed.resolve());
      response.write(line('1'));
    };
    for await (const _ of await open()) break;
    await closed.promise;
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });
});
