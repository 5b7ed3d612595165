import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { createMetrics, serveMetrics } from './metrics.ts';

it('are served for Prometheus', async () => {
  const metrics = createMetrics();
  metrics.engine.started(0.5);
  metrics.engine.called('check', 'refused', 0.002);
  metrics.engine.ended('deadline');
  metrics.engine.cacheRead('hit');
  metrics.foreignKeysBroken(2);
  const server = await serveMetrics(metrics, '127.0.0.1:0');
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toContain(
      'argocd_dingtalk_engine_call_seconds_bucket{le="0.0025",call="check",result="refused"} 1',
    );
    expect(text).toContain('argocd_dingtalk_engine_ends_total{cause="deadline"} 1');
    expect(text).toContain('argocd_dingtalk_engine_cache_reads_total{result="hit"} 1');
    expect(text).toContain('argocd_dingtalk_foreign_keys_broken 2');
    expect((await fetch(url)).status).toBe(404);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
