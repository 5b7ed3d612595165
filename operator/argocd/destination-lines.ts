import { isMap, isNode, isSeq, LineCounter, parseDocument } from 'yaml';
import { yamlText } from './yaml-value.ts';

/**
 * The lines of the destinations of some services in an annotation with a YAML list, counted from 1. Where a subscription has no other
 * destinations, they are the lines of the whole subscription.
 */
export function destinationLines(value: string, isGone: (service: string) => boolean): string[] {
  const lines = new LineCounter();
  const { contents } = parseDocument(value, { version: '1.1', uniqueKeys: false, lineCounter: lines });
  const shown = (node: unknown): string[] => {
    const [from, to] = (isNode(node) && node.range) || [];
    if (from === undefined || to === undefined) return [];
    const [first, last] = [lines.linePos(from).line, lines.linePos(Math.max(from, to - 1)).line];
    return [first === last ? `line ${first}` : `lines ${first} to ${last}`];
  };
  return (isSeq(contents) ? contents.items : []).flatMap((entry) => {
    const destinations = isMap(entry) ? entry.get('destinations', true) : undefined;
    if (!isSeq(destinations)) return [];
    const gone = destinations.items.filter((each) => isMap(each) && isGone(yamlText(each.get('service'))));
    return gone.length === destinations.items.length ? shown(entry) : gone.flatMap(shown);
  });
}
