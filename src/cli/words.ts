/** Text for a terminal: aligned tables, and nothing in foreign text that a terminal would obey. */

/** C0 and C1 controls, and the marks that turn the direction of text around. */
const OBEYED = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Text without anything a terminal would obey; lines stay lines. */
export const harmless = (text: string): string => text.replace(OBEYED, (found) => (found === "\n" ? found : "\ufffd"));

/** Text for one cell or the middle of a sentence: harmless and on one line. */
export const oneLine = (text: string): string => harmless(text.replaceAll("\n", "\ufffd"));

export type Cell = string | number | bigint | null | undefined;

/** A column's title; one that begins with `>` is for figures and is set to the right. */
export type Title = string;

/**
 * A table in fixed columns: titles, then rows.
 * @param empty what is said, and what to do next, where there are no rows
 */
export function tableInWords(titles: readonly Title[], rows: readonly (readonly Cell[])[], empty: string): string {
  if (rows.length === 0) return `${empty}\n`;
  const right = titles.map((title) => title.startsWith(">"));
  const heads = titles.map((title) => title.replace(/^>/, ""));
  const cells = rows.map((row) => titles.map((_, n) => oneLine(String(row[n] ?? ""))));
  const widths = heads.map((head, n) => Math.max(width(head), ...cells.map((row) => width(row[n] as string))));
  const written = (row: readonly string[]) =>
    row
      .map((cell, n) => {
        const blanks = " ".repeat((widths[n] as number) - width(cell));
        return right[n] === true ? blanks + cell : cell + blanks;
      })
      .join("  ")
      .trimEnd();
  return `${[heads, ...cells].map(written).join("\n")}\n`;
}

/** Names and what they stand for, one per line, aligned; what is empty is left out. */
export function factsInWords(facts: readonly (readonly [string, Cell])[]): string {
  const known = facts.filter(([, value]) => value !== undefined && value !== null && value !== "");
  const longest = Math.max(0, ...known.map(([name]) => width(name)));
  return known
    .map(([name, value]) => `${name}${" ".repeat(longest - width(name))}  ${oneLine(String(value))}\n`)
    .join("");
}

const width = (text: string): number => Array.from(text).length;

/** `1 file`, `2 files`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** Said by a command that leaves documents to be written. */
export const KEEPER_WRITES =
  "Files that follow from it are written by the keeper: calloff start does it by itself, else calloff run.\n";
