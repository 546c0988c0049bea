/**
 * Names and streets of parties that are longer than one place of a message, over the places it has for them (EDIFACT C080 and
 * C059, X12 N1 with N2 and N3), cut at blanks. What does not fit all of them stays whole, so that writing it is refused.
 */

type Held = Readonly<Record<string, unknown>>;

/** Fields that go on with one another. */
const RUNS = [
  ["name", "name2", "name3"],
  ["street", "street2"],
] as const;

/** @param most characters that a place of the message holds: of names, of streets */
export function withNamesApart(document: unknown, most: { readonly name: number; readonly street: number }): unknown {
  if (!isHeld(document)) return document;
  const apart = (held: Held): Held => ({
    ...held,
    ...(Array.isArray(held["parties"])
      ? { parties: held["parties"].map((party: unknown) => (isHeld(party) ? partyApart(party, most) : party)) }
      : {}),
  });
  const { lines } = document;
  const isAmongLines = Array.isArray(lines) && lines.some((line) => isHeld(line) && line["parties"] !== undefined);
  return {
    ...apart(document),
    ...(isAmongLines ? { lines: lines.map((line: unknown) => (isHeld(line) ? apart(line) : line)) } : {}),
  };
}

const isHeld = (held: unknown): held is Held => typeof held === "object" && held !== null && !Array.isArray(held);

function partyApart(party: Held, most: { readonly name: number; readonly street: number }): Held {
  const own: Record<string, unknown> = { ...party };
  for (const run of RUNS) {
    const [first, ...further] = run;
    const text = own[first];
    if (typeof text !== "string" || text.length <= most[first] || further.some((field) => own[field] !== undefined)) {
      continue;
    }
    const pieces = inPieces(text, most[first]);
    if (pieces !== undefined && pieces.length <= run.length)
      pieces.forEach((piece, n) => (own[run[n] as string] = piece));
  }
  return own;
}

/** The words of a text in pieces of at most so many characters; nothing where a word is longer. */
function inPieces(text: string, most: number): string[] | undefined {
  const pieces: string[] = [];
  for (const word of text.split(/ +/)) {
    const longer = pieces.length === 0 ? word : `${pieces.at(-1)} ${word}`;
    if (word.length > most) return undefined;
    if (pieces.length > 0 && longer.length <= most) pieces[pieces.length - 1] = longer;
    else pieces.push(word);
  }
  return pieces;
}
