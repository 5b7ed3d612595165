import { CST, type Document, Parser, visit } from 'yaml';
import type { Range } from './text.ts';

/** Parts of a text in which characters have no YAML meaning, or a different one. */
export interface OpaqueParts {
  /** Here `#` begins no comment. */
  readonly scalars: readonly Range[];
  /** `[…]` and `{…}`: here indentation has no meaning. */
  readonly brackets: readonly Range[];
  /** Where the last `|` or `>` scalar ends; 0 if there is none. */
  readonly blockScalarEnd: number;
}

/** The opaque parts of a document that is valid. */
export function opaqueParts(document: Document.Parsed): OpaqueParts {
  const scalars: Range[] = [];
  const brackets: Range[] = [];
  let blockScalarEnd = 0;
  visit(document, {
    Scalar: (_, { range, type }) => {
      if (!range) return;
      scalars.push({ from: range[0], to: range[1] });
      if (type?.startsWith('BLOCK_')) blockScalarEnd = Math.max(blockScalarEnd, range[1]);
    },
    Collection: (_, { range, flow }) => {
      if (range && flow === true) brackets.push({ from: range[0], to: range[1] });
    },
  });
  return { scalars, brackets, blockScalarEnd };
}

/** The scalars of a text that may be invalid, as far as they can be found. Never throws. */
export function likelyScalars(text: string): Range[] {
  try {
    return scalarsOf([...new Parser().parse(text)]);
  } catch {
    return []; // nested too deep
  }
}

function scalarsOf(tokens: readonly CST.Token[]): Range[] {
  return tokens.flatMap((token) => {
    if (CST.isScalar(token)) return [{ from: token.offset, to: token.offset + token.source.length }];
    if (token.type === 'document') return token.value === undefined ? [] : scalarsOf([token.value]);
    return CST.isCollection(token) ? token.items.flatMap(scalarsOfItem) : [];
  });
}

function scalarsOfItem({ key, value }: CST.CollectionItem): Range[] {
  return scalarsOf([key, value].filter((token) => token !== undefined && token !== null));
}
