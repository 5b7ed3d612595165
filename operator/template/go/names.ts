const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** The name at that place, from 0 on: a letter while there are any, then a letter and a number, so never a word. */
export function shortName(place: number): string {
  const round = Math.floor(place / LETTERS.length);
  return `${LETTERS[place % LETTERS.length]}${round === 0 ? '' : round - 1}`;
}
