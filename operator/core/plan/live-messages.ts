import { isTemplateKey, templateKey } from '../../argocd/names.ts';
import { formatTemplate, readTemplate } from '../../argocd/template-value.ts';
import { setOwn } from '../../lib/own.ts';
import { isTimeZone } from '../../lib/time-zone.ts';
import { zoneOf } from '../../template/go/defines.ts';
import type { LiveKey } from '../model/live.ts';
import type { ResolvedRobot } from '../model/resolved.ts';

type Templates = Readonly<Record<string, string>>;
type LiveKeys = ReadonlyMap<string, LiveKey>;

/**
 * Templates with the live messages of robots whose newest spec does not count: a mistake in a robot must not change the
 * messages that its group reads. This takes templates that are all live with the same provenance: for this generation of the
 * subscription and with this access. It also takes events that find their messages at the same places. Otherwise the messages
 * of these robots are made again, too.
 * @param templates values by name
 * @param live the subscription's live keys, by key
 */
export function withLiveMessages(
  templates: Templates,
  robots: readonly ResolvedRobot[],
  live: LiveKeys,
): Templates {
  const staying = new Set(robots.filter(({ messagesStay }) => messagesStay).map(({ service }) => service));
  if (staying.size === 0) return templates;
  const merged: Record<string, string> = {};
  for (const [name, value] of Object.entries(templates)) {
    const before = live.get(templateKey(name))?.value;
    const withLive = before === undefined ? undefined : replaced(value, before, staying);
    if (withLive === undefined) return templates;
    setOwn(merged, name, withLive);
  }
  return merged;
}

function replaced(value: string, live: string, services: ReadonlySet<string>): string | undefined {
  if (value === live) return value;
  const [wanted, found] = [readTemplate(value), readTemplate(live)];
  if (!wanted || !found || wanted.managedBy !== found.managedBy) return undefined;
  const bodies = new Map(Object.entries(found.webhook));
  const webhook = Object.entries(wanted.webhook).map(([service, entry]) => [
    service,
    (services.has(service) && bodies.get(service)) || entry,
  ]);
  return formatTemplate({ ...wanted, webhook: Object.fromEntries(webhook) });
}

/** Robots, for messages that are made again. A robot with an unknown time zone gets that of its live messages. */
export function withLiveZones(robots: readonly ResolvedRobot[], live: LiveKeys): readonly ResolvedRobot[] {
  return robots.map((robot) => {
    if (!robot.messagesStay) return robot;
    const { timeZone } = robot.cr.spec;
    if (timeZone === undefined || timeZone === robot.audience.timeZone) return robot;
    const found = liveZone(robot.service, live);
    return found === undefined ? robot : { ...robot, audience: { ...robot.audience, timeZone: found } };
  });
}

function liveZone(service: string, live: LiveKeys): string | undefined {
  for (const { key, value } of live.values()) {
    const entries = isTemplateKey(key) ? Object.entries(readTemplate(value)?.webhook ?? {}) : [];
    const body = new Map(entries).get(service)?.body;
    const zone = body === undefined ? undefined : zoneOf(body);
    if (zone !== undefined && isTimeZone(zone)) return zone;
  }
  return undefined;
}
