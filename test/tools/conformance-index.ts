/** What is known beforehand about the files of a folder: its INDEX.tsv where it has one, else where a file stands. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** A place that a finding has to name: `SE01`, `AK1`, `byte 108`. */
export type ExpectedPlace =
  | { readonly kind: "element"; readonly tag: string; readonly element: number; readonly orLater: boolean }
  | { readonly kind: "segment"; readonly tag: string }
  | { readonly kind: "byte"; readonly byte: number };

/** One file, and what has to come out. */
export interface Expectation {
  /** Path within the folder, with `/`. */
  readonly file: string;
  /** Message type as INDEX.tsv names it (`830`, `DELFOR`, `4905`); empty where nothing is known. */
  readonly type: string;
  /** Stands under `invalid/`, or is called invalid by INDEX.tsv. */
  readonly invalid: boolean;
  /** Places at which findings are expected. */
  readonly places: readonly ExpectedPlace[];
  /** It has sets for which no mapping is expected. */
  readonly unmapped: boolean;
}

/** Files that stand beside real messages and are none. */
const NO_MESSAGES = /(?:^|\/)(?:index\.tsv|readme[^/]*|licen[cs]e[^/]*|notice[^/]*|copying[^/]*|[^/]*\.md|\.[^/]*)$/i;

/** Every file of a folder in the order of its paths, with what INDEX.tsv says of it. @throws Error where INDEX.tsv lists a file that is not there */
export function expectationsOf(folder: string): Expectation[] {
  const rows = indexRows(path.join(folder, "INDEX.tsv"));
  const files = filesBelow(folder, "").filter((file) => !NO_MESSAGES.test(file));
  const missing = [...rows.keys()].find((file) => !files.includes(file));
  if (missing !== undefined) throw new Error(`INDEX.tsv lists ${missing}, which is not in ${folder}`);
  return files.map((file) => expectationOf(file, rows.get(file) ?? {}));
}

type Row = Readonly<Partial<Record<string, string>>>;

function indexRows(file: string): Map<string, Row> {
  if (!existsSync(file)) return new Map();
  const [header = "", ...rows] = readFileSync(file, "utf8")
    .split(/\r?\n/)
    .filter((row) => row.trim() !== "");
  const columns = header.split("\t");
  return new Map(
    rows.map((row) => {
      const cells = row.split("\t");
      const held: Row = Object.fromEntries(columns.map((column, n) => [column, cells[n] ?? ""]));
      return [held["path"] ?? "", held];
    }),
  );
}

function filesBelow(folder: string, within: string): string[] {
  return readdirSync(path.join(folder, within), { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const name = within === "" ? entry.name : `${within}/${entry.name}`;
      if (entry.isDirectory()) return entry.name.startsWith(".") ? [] : filesBelow(folder, name);
      return entry.isFile() ? [name] : [];
    });
}

/** What a row of INDEX.tsv asks of a file. */
export function expectationOf(file: string, row: Row): Expectation {
  const type = row["message type"] ?? "";
  const expected = row["expected"] ?? "";
  const invalid = type === "invalid" || /(?:^|\/)invalid\//i.test(file);
  return {
    file,
    type: type === "invalid" ? "" : type,
    invalid,
    places: expectedPlaces(invalid ? expected : faultsIn(expected)),
    unmapped: /\bno mapping\b/i.test(expected),
  };
}

/** Of what is expected of a valid file, the parts that name a fault and not a peculiarity. */
const faultsIn = (expected: string): string =>
  expected
    .split(/[,;]/)
    .filter((part) => /\bfound\)|\bfor \d+ segments\b|\bfinding at\b/.test(part))
    .join(",");

/**
 * Places out of the words of the column *expected*: `SE01 18 (8 found), GE02`, `UNT 331 for 13 segments`, `AK1 and AK9 missing`,
 * `finding at byte 108`; `AK401 ff.` is any element from there on. What is said to be tolerated is none.
 */
export function expectedPlaces(expected: string): ExpectedPlace[] {
  return expected
    .split(/[,;]/)
    .filter((part) => !/\btolerated\b/i.test(part))
    .flatMap((part): ExpectedPlace[] => {
      const byte = /\bbyte (\d+)\b/i.exec(part)?.[1];
      if (byte !== undefined) return [{ kind: "byte", byte: Number(byte) }];
      // What stands behind `before` says where, not what.
      const words = part.replace(/\bbefore\b.*$/, "").match(/\b[A-Z][A-Z0-9]{1,4}\b/g) ?? [];
      return words.flatMap((word) => placeNamed(word, /\bff\./.test(part)));
    });
}

/** Segment tags are two or three characters; two figures behind one are its element. */
function placeNamed(word: string, orLater: boolean): ExpectedPlace[] {
  const element = /^([A-Z][A-Z0-9]{1,2})(\d\d)$/.exec(word);
  if (element !== null) return [{ kind: "element", tag: element[1] ?? "", element: Number(element[2]), orLater }];
  if (/^(?:[A-Z]{2,3}|[A-Z]{1,2}\d)$/.test(word) && word !== "UTF") return [{ kind: "segment", tag: word }];
  return [];
}
