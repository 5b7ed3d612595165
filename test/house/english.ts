/** One rule of plain English, with a text that breaks it. */
export interface Rule {
  readonly name: string;
  /** A message that was written once, and had to be read twice. */
  readonly example: string;
  readonly isBroken: (text: string) => boolean;
}

const LONGEST_SENTENCE = 30;

/** What stands before a message: its file, or its field with line and column. */
const PREFIX = /^\W*(?:‹›(?:, line .*?)?: )*/;

/** Old or bookish words, each with the plain one. */
const PLAIN: readonly (readonly [RegExp, string])[] = [
  [/\banew\b/, 'again'],
  [/\bbut for\b/, 'except for'],
  [/\bshall\b/, 'must, will'],
  [/\bseldom\b/, 'rarely'],
  [/\b(hears?|heard|tells?|told) of\b/, 'is notified about, reports'],
  [/\b(has|have|had) yet to\b/, 'has not … yet'],
  [/\bDingTalk (takes?|took)\b/, 'accepts'],
  [/\b(taken|takes?|took) (to be|for)\b/, 'counts as, treats as'],
  [/\bat the (most|least)\b/, 'at most'],
  [/\bvoid\b/, 'invalid'],
  [/\bmend(s|ed)?\b/, 'repair, correct'],
  [/\b(looks?|looked) (at|into)\b/, 'reads, checks'],
  [/\bstands? (in|there|outside|twice|before|still)\b/, 'is'],
  [/\bby all appearance\b/, 'probably'],
  [/\b(comes?|came) out\b/, 'the output is, results in'],
  [/\bfall back on\b/, 'a fallback'],
  [/\bgoes in by itself\b/, 'the operator merges it'],
  [/, so that\b/, ', so'],
  [/\bleaves? it out\b/, 'remove the field'],
];

/** The rules that a machine can hold; a reader has to hold the rest. Placeholders are empty: ‹›. */
export const RULES: readonly Rule[] = [
  {
    name: '"who" follows a word for people; else the noun stands in its place',
    example: 'Whoever looks after the ConfigMap has to mend or remove the key.',
    isBroken: (text) =>
      /(?<!\b(?:people|person|users?|members|anybody|somebody) )\bwho(ever|m|ever’s)?\b/i.test(text),
  },
  {
    name: 'a noun says what "what" hides',
    example: 'What is live stays until its signature ends.',
    isBroken: (text) => /\bwhat\b/i.test(text),
  },
  {
    name: 'no pronoun begins a message, before anything was named',
    example: '‹field›: it can come out empty.',
    isBroken: (text) =>
      /^(it|its|they|their|them|those)\b|^(this|that|these) (is|are|has|have|was|were|can|cannot|must|takes?)\b/i.test(
        text.replace(PREFIX, ''),
      ),
  },
  {
    name: 'the operator is called the operator, not "we"',
    example: 'keys of ours were changed or removed',
    isBroken: (text) => /\b(we|our|ours|us)\b/i.test(text),
  },
  {
    name: '"is not a", instead of "is no" and "is none"',
    example: 'The answer is none that DingTalk gives.',
    isBroken: (text) => /(?<!\bthere )\b(is|are|be) (none\b|no (?!more\b|longer\b))/i.test(text),
  },
  {
    name: 'the owner stands before the thing that is owned',
    example: 'An event of somebody’s own does not say when it happened.',
    isBroken: (text) =>
      /\bof (one|somebody|anybody|nobody)( else)?['’]s\b|\bof (its|his|her|their) own\b(?! \w)|\bof (ours|yours|theirs)\b/i.test(
        text,
      ),
  },
  {
    name: 'the subject stands before its verb',
    example: 'So do the labels of Namespaces.',
    isBroken: (text) =>
      /(?<![\w’'] so|as )\b(so|nor|never|seldom|rarely|only (?:then|later|now|so)) (is|are|does|do|did|has|have|can|may|will) (?!not\b|n't|to\b)\w/i.test(
        text,
      ),
  },
  {
    name: 'the subject begins the sentence, not a participle',
    example: 'Absent, it is the installation’s.',
    isBroken: (text) =>
      /(?:^|[.;:] )(?:absent|suspended|shared|deleted|taken \w+|given \w+|left \w+|written \w+|\w+ed), (?:it|its|the|nothing|all|others)\b/i.test(
        text.replace(PREFIX, ''),
      ),
  },
  {
    name: 'a new sentence stands in place of ", of which" and its like',
    example: 'DingTalk takes messages of 20000 bytes, of which ‹max› may be fixed.',
    isBroken: (text) => /, (of|by|with|without|from|in|for|to|under|on) (which|whom|whose)\b/i.test(text),
  },
  {
    name: `a sentence has ${LONGEST_SENTENCE} words at most`,
    example: `${'word '.repeat(LONGEST_SENTENCE + 1)}.`,
    isBroken: (text) =>
      text
        .split(/[.!?;](?:\s+|$)|\n/)
        .some((sentence) => (sentence.match(/[\p{L}\d‹][^\s]*/gu) ?? []).length > LONGEST_SENTENCE),
  },
  {
    name: 'several sentences end with a full stop, the last one too',
    example: 'Nothing is switched. Mend it',
    isBroken: (text) => /\w[.!?] [A-Z]/.test(text) && !/[.!?…›:)]$/.test(text.trim()),
  },
  ...PLAIN.map(([pattern, plain]) => ({
    name: `plain words: ${pattern.source} is "${plain}"`,
    example: pattern.source.replaceAll(/\\b|\?|\(|\)/g, '').replaceAll(/\|[^ ]*/g, ''),
    isBroken: (text: string) => new RegExp(pattern.source, 'i').test(text),
  })),
];

/** Command lines at the end of a help text. */
const EXAMPLES = /\n\nExamples?:\n[\s\S]*$/;

/** The names of the rules that a message breaks. Examples at its end are not prose. */
export function brokenRules(message: string): string[] {
  const text = message.replace(EXAMPLES, '').replaceAll(/‹[^›|]*›/g, '‹›');
  return RULES.filter(({ isBroken }) => isBroken(text)).map(({ name }) => name);
}
