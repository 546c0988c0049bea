/** Which message a mapping is for, and how its file is laid out: checked. */
import type { Family } from "../syntax/segment.ts";
import type { MessageDefinition } from "./definition.ts";
import { refuse } from "./refusal.ts";
import { isDayShape, isShape, oneOfShapes } from "./shapes.ts";
import type { MapEntry, TextTree, Tree } from "./tree.ts";
import { versionPlace } from "./versions.ts";
import { MESSAGE_WORDS, mapAt, oneOf, textAt, textsAt, wholeAt, wordsOf } from "./words.ts";

/** What an envelope of JSON names: the document and the version of its schema. */
const SCHEMA = /^calloff\/([a-z-]+)\/(\d{1,3})$/;

export function messageAt(syntax: Family, tree: Tree): MessageDefinition {
  const words = wordsOf(mapAt(tree, "message"), MESSAGE_WORDS[syntax] as readonly string[], `message in ${syntax}`);
  const text = (word: string, fallback = ""): string =>
    words[word] === undefined ? fallback : textAt(words[word].value, word).text;
  const texts = (word: string): TextTree[] => (words[word] === undefined ? [] : textsAt(words[word].value, word));
  const [, kind = "", version = ""] = SCHEMA.exec(text("schema")) ?? [];
  const types = { x12: text("set"), edifact: text("type"), fixed: text("first"), csv: "", json: kind };
  const type = types[syntax];
  if (type === "" && syntax !== "csv") {
    throw refuse("MAPPING_VALUE", tree.spot, "The mapping does not say which message it is for", {
      expected: EXAMPLES[syntax],
      remedy: "Add it to message.",
    });
  }
  return {
    type,
    groups: texts("group").map((group) => group.text),
    versions:
      version === "" ? texts("versions").map((range) => versionsAt(syntax, range)) : [{ from: version, to: version }],
    schema: text("schema"),
    first: text("first"),
    last: text("last"),
    length: words["length"] === undefined ? 0 : wholeAt(words["length"].value, "record length", 1, 100_000),
    delimiter: text("delimiter", ";"),
    decimal: text("decimal", "."),
    ...headersAt(words["headers"]?.value),
    optional: optionalAt(texts("optional"), headersAt(words["headers"]?.value).headers),
    dates: datesAt(words["dates"]?.value),
    layout: layoutAt(words),
  };
}

const EXAMPLES: Readonly<Record<Family, string>> = {
  x12: "set: 830",
  edifact: "type: DELFOR",
  fixed: "first: 511",
  csv: "headers",
  json: "schema: calloff/delivery-schedule/1",
};

/** Columns by the names that fields address them by: a list of headers, or a map of names and headers. */
function headersAt(tree: Tree | undefined): Pick<MessageDefinition, "headers" | "headings"> {
  if (tree === undefined) return { headers: [], headings: [] };
  if (tree.kind !== "map") {
    const headers = textsAt(tree, "headers").map(({ text }) => text);
    return { headers, headings: headers };
  }
  const entries = [...tree.entries];
  return {
    headers: entries.map(([name]) => name),
    headings: entries.map(([, entry]) => textAt(entry.value, "header").text),
  };
}

function optionalAt(texts: readonly TextTree[], headers: readonly string[]): readonly string[] {
  const wrong = texts.find(({ text }) => !headers.includes(text));
  if (wrong === undefined) return texts.map(({ text }) => text);
  throw refuse("MAPPING_VALUE", wrong.spot, `${JSON.stringify(wrong.text)} is no column of this table`, {
    expected: `one of ${headers.join(", ")}`,
    found: wrong.text,
    remedy: "Name columns as message.headers does.",
  });
}

/** The shapes of a table's dates; one of them is of days. @throws MAPPING_VALUE */
function datesAt(tree: Tree | undefined): readonly string[] {
  if (tree === undefined) return ["YYYY-MM-DD"];
  const texts = textsAt(tree, "dates").map(({ text }) => text);
  if (isShape(oneOfShapes(texts)) && texts.some(isDayShape)) return texts;
  throw refuse("MAPPING_VALUE", tree.spot, `${texts.join(", ")} are no shapes of a table's dates`, {
    expected: "one of days, and those of weeks and months if there are: [ DD.MM.YYYY, YYYY-Www, MM.YYYY ]",
    found: texts.join(", "),
    remedy: "Write patterns of YYYY or YY, MM, DD and ww (the week).",
  });
}

const LAYOUT = ["quote", "sheet", "headerRow", "charset"] as const;

/** What else a table's file is laid out by. @throws MAPPING_VALUE */
function layoutAt(words: Readonly<Record<string, MapEntry | undefined>>): Readonly<Record<string, string>> {
  const layout = LAYOUT.flatMap((word) => {
    const entry = words[word];
    return entry === undefined ? [] : [[word, textAt(entry.value, word).text] as const];
  });
  const { decimal, delimiter, headerRow } = words;
  if (headerRow !== undefined) wholeAt(headerRow.value, "row of the headers", 1, 1000);
  if (decimal !== undefined) oneOf(decimal.value, [".", ","], "decimal mark");
  const mark = delimiter === undefined ? undefined : textAt(delimiter.value, "delimiter");
  if (mark !== undefined && !/^[\t -~]$/.test(mark.text)) {
    throw refuse("MAPPING_VALUE", mark.spot, `${JSON.stringify(mark.text)} cannot divide cells`, {
      expected: 'one character of ASCII, e.g. ";", "," or "\\t"',
      found: mark.text,
      remedy: 'Correct the delimiter; write a tab as "\\t" in double quotes.',
    });
  }
  const day = datesAt(words["dates"]?.value).find(isDayShape) ?? "";
  return Object.fromEntries([...layout, ["dates", day]]);
}

function versionsAt(syntax: Family, range: TextTree): { from: string; to: string } {
  const [from = "", to = from, more] = range.text.split("..");
  const places = [from, to].map((version) => (version.length > 6 ? undefined : versionPlace(syntax, version)));
  const isRange = places[0] !== undefined && places[1] !== undefined && places[0] <= places[1];
  const right = syntax === "x12" || syntax === "edifact" ? isRange : from !== "";
  if (right && more === undefined) return { from, to };
  throw refuse("MAPPING_VALUE", range.spot, `${JSON.stringify(range.text)} is no range of versions`, {
    expected:
      syntax === "x12"
        ? "six digits, or two of them with .. between: 002001..005010"
        : "D:97A, or a range D:93A..D:07A",
    found: range.text,
    remedy: "Correct versions.",
  });
}
