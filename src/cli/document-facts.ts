/** The parts that canonical documents are shown by: a field's text, facts about the whole, tables of its lists. */
import { type Cell, tableInWords } from "./words.ts";

export type Held = Readonly<Record<string, unknown>>;
/** Title (`>` sets it to the right) and the field's path in the object. */
export type Column = readonly [title: string, path: string];

/** So many lines of a document, and steps of a line, are shown; --json has all of them. */
export const MOST_LINES = 40;

export const isHeld = (value: unknown): value is Held =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function valueAt(object: Held, path: string): unknown {
  return path.split(".").reduce<unknown>((held, name) => (isHeld(held) ? held[name] : undefined), object);
}
export const textAt = (object: Held, path: string): string => {
  const value = valueAt(object, path);
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
};
export const listAt = (object: Held, path: string): Held[] => {
  const value = valueAt(object, path);
  return Array.isArray(value) ? value.filter(isHeld) : [];
};
export const words = (parts: readonly string[], between = " "): string =>
  parts.filter((part) => part !== "").join(between);
export const labelled = (label: string, value: string): string => (value === "" ? "" : `${label} ${value}`);

/** A table of a list's objects without the columns that are empty in all of them. */
export function tableOf(columns: readonly Column[], rows: readonly Held[], most: number, empty: string): string {
  const shown = rows.slice(0, most);
  const used = columns.filter(([, path]) => shown.some((row) => textAt(row, path) !== ""));
  const table = tableInWords(
    used.map(([title]) => title),
    used.length === 0 ? [] : shown.map((row) => used.map(([, path]) => textAt(row, path))),
    empty,
  );
  return rows.length > most ? `${table}… and ${rows.length - most} more; --json has all of them\n` : table;
}

export const indented = (text: string, by: string): string => text.replace(/^(?=.)/gm, by);

/** `ship-to P1 PLANT 1, supplier S1`. */
export const partiesInWords = (document: Held): string =>
  words(
    listAt(document, "parties").map((party) =>
      words([textAt(party, "role"), textAt(party, "code"), textAt(party, "name")]),
    ),
    ", ",
  );

export const from = (document: Held, ...paths: readonly string[]): string =>
  words(paths.map((path) => textAt(document, path)));
export const period = (start: string, end: string): string => words([start, end === "" ? "" : `to ${end}`]);

export type Fact = readonly [string, Cell];

export const LINE_COLUMNS: readonly Column[] = [
  ["LINE", "number"],
  ["PART", "customerPart"],
  ["OURS", "ourPart"],
];
export const ORDER_COLUMNS: readonly Column[] = [
  ["BLANKET", "blanketNumber"],
  ["RELEASE", "releaseNumber"],
  ["CUSTOMER'S ORDER", "customerOrderNumber"],
  ["OUR ORDER", "orderNumber"],
];
