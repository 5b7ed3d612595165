import type { CheckRequest, RenderRequest } from '../types.ts';

/** A robot, a message and a trigger that the engine accepts. */
export const GOOD_CONFIG: Omit<CheckRequest, 'call'> = {
  configMap: {
    'service.webhook.team': 'url: https://oapi.dingtalk.com/robot/send?access_token=$team',
    'template.team': 'webhook:\n  team:\n    method: POST\n    body: "{{ .app.metadata.name }}"\n',
    'trigger.team': "- when: app.status.operationState.phase in ['Error', 'Failed']\n  send: [team]\n",
  },
  secret: { team: 'x' },
};

/** Go templates that never end, or use up a resource. */
export const HOSTILE = {
  /** 2^60 calls. */
  endless:
    '{{define "b"}}{{if gt . 0}}{{template "b" (sub . 1)}}{{template "b" (sub . 1)}}{{end}}{{end}}{{template "b" 60}}',
  hungry: '{{$a := "xxxxxxxxxxxxxxxx"}}{{range until 40}}{{$a = print $a $a}}{{end}}',
  /** Go's fmt follows the cycle. */
  recursive: '{{$d := dict}}{{$_ := set $d "x" $d}}{{print $d}}',
} as const;

/** The message of a template. */
export function rendering(template: string): Omit<RenderRequest, 'call'> {
  return {
    configMap: {
      'service.webhook.x': 'url: https://example.com/x',
      'template.x': JSON.stringify({ webhook: { x: { method: 'POST', body: template } } }),
    },
    secret: {},
    app: { metadata: { name: 'guestbook' } },
    templates: ['x'],
    service: 'x',
  };
}

/** The configuration of this many teams: three keys and about 500 bytes each. */
export function manySets(count: number): Omit<CheckRequest, 'call'> {
  const sets = Array.from({ length: count }, (_, index): [string, string][] => {
    const name = `dt_team-${index}_deployed`;
    const body = `{"msgtype":"text","text":{"content":{{ printf "%s has been deployed: ${'x'.repeat(150)}" .app.metadata.name | toRawJson }}}}`;
    return [
      [`service.webhook.${name}`, `url: https://oapi.dingtalk.com/robot/send?access_token=$${name}`],
      [`template.${name}`, JSON.stringify({ webhook: { [name]: { method: 'POST', body } } })],
      [
        `trigger.${name}`,
        JSON.stringify([{ when: "app.status.operationState.phase in ['Error', 'Failed']", send: [name] }]),
      ],
    ];
  });
  return { configMap: Object.fromEntries(sets.flat()), secret: {} };
}
