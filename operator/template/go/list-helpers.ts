import type { GoContext } from './context.ts';
import { data, type Expression, number, text } from './expression.ts';
import { goText } from './literal.ts';

/** A list is joined until the text has more bytes than this: each item costs the time that the text so far is long. */
export const MAX_JOINED = 4_000;

/** `join LIST ", "`: the texts of all items; what is no list is its own text. */
export function joined({ go }: Expression, separator: string, context: GoContext): Expression {
  const [out, index, item, dict] = [context.fresh(), context.fresh(), context.fresh(), context.fresh()];
  context.used.add('s');
  context.before(
    `{{${out}:=\`\`}}{{range ${index},${item}:=ternary ${go} (list ${go}) (kindIs \`slice\` ${go})}}` +
      `{{if gt (len ${out}) ${MAX_JOINED}}}{{${out} = print ${out} \`…\`}}{{break}}{{end}}{{${dict}:=dict \`v\` (list ${item})}}` +
      `{{template \`s\` ${dict}}}{{${out} = print ${out} (ternary ${goText(separator)} \`\` (gt ${index} 0)) ${dict}.s}}{{end}}`,
  );
  return text(out);
}

/** `at LIST 0`: one item; nothing if there is none in that place. */
export function itemAt({ go }: Expression, index: string, context: GoContext): Expression {
  const found = context.fresh();
  context.before(
    `{{${found}:=$E._}}{{if and (kindIs \`slice\` ${go}) (gt (len ${go}) ${index})}}{{${found} = index ${go} ${index}}}{{end}}`,
  );
  return data(found);
}

/** `count LIST`: how many items a list or a map has; 0 for all else. */
export function counted({ go }: Expression, context: GoContext): Expression {
  const length = context.fresh();
  context.before(
    `{{${length}:=0}}{{if or (kindIs \`map\` ${go}) (kindIs \`slice\` ${go})}}{{${length} = len ${go}}}{{end}}`,
  );
  return number(length);
}
