import type { GoContext } from './context.ts';
import { data, type Expression, number, text } from './expression.ts';
import { goText } from './literal.ts';

/** `join LIST ", "`: the texts of all items; a value that is not a list is its own text. */
export function joined({ go }: Expression, separator: string, context: GoContext): Expression {
  const dict = context.fresh();
  context.used.add('j');
  context.before(`{{${dict}:=dict \`v\` ${go} \`f\` ${goText(separator)}}}{{template \`j\` ${dict}}}`);
  return text(`${dict}.s`);
}

/** `at LIST 0`: one item; nothing if there is none in that place. */
export function itemAt({ go }: Expression, index: string, context: GoContext): Expression {
  const found = context.fresh();
  context.before(
    `{{${found}:=$.E._}}{{if and (kindIs \`slice\` ${go}) (gt (len ${go}) ${index})}}{{${found} = index ${go} ${index}}}{{end}}`,
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
