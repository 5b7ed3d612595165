import { describe, expect, it } from 'vitest';
import { GoPaths } from './go-paths.ts';
import { printValue, staticText } from './go-text.ts';

describe('nil-safe paths', () => {
  it('make a map of every step on the way, once', () => {
    const paths = new GoPaths();
    expect(paths.access('app.status.phase')).toBe('$v1.phase');
    expect(paths.access('app.status.message')).toBe('$v1.message');
    expect(paths.access('app.kind')).toBe('$v0.kind');
    expect(paths.declarations()).toBe(
      '{{$e:=dict}}{{$v0:=ternary .app $e (kindIs "map" .app)}}{{$v1:=ternary $v0.status $e (kindIs "map" $v0.status)}}',
    );
  });
});

describe('text', () => {
  it('is the inside of a JSON string', () => {
    expect(staticText('a "b"\n')).toBe('a \\"b\\"\\n');
  });

  it('that looks like an action is none', () => {
    expect(staticText('{{.secrets}}')).toBe('{{`{{`}}.secrets}}');
  });

  it('of a value is cut', () => {
    expect(printValue('$v1.message', 80)).toBe('{{template "v" (list $v1.message 80)}}');
  });
});
