import { goSegments, type TemplatePart } from './go-segments.ts';

/** A mistake in the JSON around the actions of a Go template. */
export interface JsonDefect {
  /** From 1, in the template. */
  readonly line: number;
  readonly column: number;
  /** A sentence with the remedy, without the place. */
  readonly message: string;
}

/**
 * The first mistake in the fixed text of a body: a line break, a tab or an unescaped quote inside a JSON string, or another mistake
 * that any JSON parser would refuse. An action may print anything, so the text around it counts only as far as it is certain.
 * Undefined if the fixed text is right: the values that the actions print are not JSON then.
 * @param body a Go template that the engine accepts
 */
export function jsonDefect(body: string): JsonDefect | undefined {
  const found = firstDefect(goSegments(body));
  if (!found) return undefined;
  const lines = body.slice(0, found.at).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1, message: found.message };
}

interface Found {
  readonly at: number;
  readonly message: string;
}

/** The state between two characters: the offset of the open quote, and the last character outside of strings. */
interface State {
  readonly quote: number | undefined;
  /** `"` for a string; '' at the beginning and after an action, which may print anything. */
  readonly last: string;
  readonly lastAt: number;
}

const START: State = { quote: undefined, last: '', lastAt: 0 };

function firstDefect(segments: readonly TemplatePart[]): Found | undefined {
  let state = START;
  let quoted: Found | undefined;
  const branches: State[] = [];
  for (const { kind, text, from } of segments) {
    if (kind === 'text') {
      const result = readText(text, from, state);
      if ('message' in result) return result;
      state = result;
      continue;
    }
    // Each branch begins with the state before the first one.
    if (/^(if|with|range|define|block)\b/.test(text)) branches.push(state);
    else if (/^else\b/.test(text)) state = branches.at(-1) ?? state;
    else if (/^end\b/.test(text)) branches.pop();
    if (state.quote === undefined) state = { ...state, last: '' };
    else if (!quoted && printsQuotes(text)) quoted = { at: from, message: QUOTED };
  }
  return state.quote === undefined ? quoted : (quoted ?? { at: state.quote, message: UNCLOSED });
}

const QUOTED =
  'toJson and toRawJson print the quotes around a text, too. Remove the quotes around this action, or move the whole text into it by printf.';
const UNCLOSED = 'the JSON string that begins here has no closing quote.';

/** Whether the last function of the pipeline writes a JSON string with its quotes. */
function printsQuotes(action: string): boolean {
  const stage = action.slice(action.lastIndexOf('|') + 1).trim();
  return /^(toJson|toRawJson|toPrettyJson|mustToJson|mustToRawJson|quote)\b/.test(stage);
}

function readText(text: string, from: number, before: State): State | Found {
  let state = before;
  for (let index = 0; index < text.length; index++) {
    const at = from + index;
    const character = text[index] as string;
    if (state.quote !== undefined) {
      if (character === '"') state = { quote: undefined, last: '"', lastAt: at };
      else if (character === '\\') {
        const escaped = text[index + 1];
        if (escaped !== undefined && !'"\\/bfnrtu'.includes(escaped))
          return {
            at,
            message: `\\${escaped} is not an escape of JSON. Write \\\\${escaped} for a backslash.`,
          };
        index += 1;
      } else if (character < ' ') return { at, message: controlIn(character) };
      continue;
    }
    if (/\s/.test(character)) continue;
    const wrong = wrongAfter(state, character, at);
    if (wrong) return wrong;
    state = { quote: character === '"' ? at : undefined, last: character, lastAt: at };
  }
  return state;
}

function controlIn(character: string): string {
  if (character === '\n' || character === '\r')
    return 'a line ends inside of a JSON string. Write \\n in place of the line break and go on in the same line, or close the quote.';
  if (character === '\t') return 'there is a tab inside of a JSON string. Write \\t in place of it.';
  return 'there is an invisible control character inside of a JSON string. Remove it.';
}

/** A character that cannot follow the one before it. Numbers and words are left to the engine, as they may be parts of values. */
function wrongAfter({ last, lastAt }: State, character: string, at: number): Found | undefined {
  if (last === '"' && !',:}]'.includes(character)) {
    const message =
      character === '"'
        ? 'a comma is missing between two JSON strings, or a quote inside of a JSON string is not escaped: write \\" for it.'
        : 'a quote inside of a JSON string is not escaped. Write \\" in place of it.';
    return { at: character === '"' ? at : lastAt, message };
  }
  if (last === ',' && '}]'.includes(character))
    return { at: lastAt, message: 'there is a comma after the last item. JSON has none there: remove it.' };
  if (last === ',' && character === ',') return { at, message: 'there are two commas. Remove one.' };
  if ('}]'.includes(last) && last !== '' && '"{['.includes(character))
    return { at, message: 'a comma is missing before this.' };
  if (character === "'") return { at, message: 'JSON has double quotes and no single ones.' };
  if (character === '/' || character === '#')
    return { at, message: 'JSON has no comments. Remove this one.' };
  if (last === '{' && /[A-Za-z_]/.test(character))
    return { at, message: 'the name of a field needs double quotes.' };
  return undefined;
}
