/**
 * From a tree to a mapping: a closed list of words, every address in the form of its syntax, every shape known. Whatever is
 * wrong is refused with its place in the mapping file.
 */

import { DOCUMENTS } from "../documents/schemas.ts";
import type { Family } from "../syntax/segment.ts";
import { withFurtherPlaces } from "./also.ts";
import { addressAt, fieldAt, fieldsAt, MOST_ELEMENTS, rulesAt } from "./check-fields.ts";
import {
  type Address,
  type ColumnsDefinition,
  type Condition,
  type FieldDefinition,
  type LineDefinition,
  type MappingDefinition,
  type MessageDefinition,
  type PairsDefinition,
  type RepeatDefinition,
  type Requirement,
  type SameDefinition,
  type Setting,
  UNLIMITED,
} from "./definition.ts";
import { refuse, type Spot } from "./refusal.ts";
import { isDayShape, isShape, oneOfShapes } from "./shapes.ts";
import type { MapEntry, MapTree, TextTree, Tree } from "./tree.ts";
import { versionPlace } from "./versions.ts";
import {
  COLUMNS_WORDS,
  fieldPath,
  flagAt,
  HEAD_WORDS,
  LINE_WORDS,
  listAt,
  MESSAGE_WORDS,
  mapAt,
  oneOf,
  outerPath,
  PAIRS_WORDS,
  REPEAT_WORDS,
  SAME_WORDS,
  textAt,
  textsAt,
  wholeAt,
  wordsOf,
} from "./words.ts";

const FAMILIES = ["x12", "edifact", "fixed", "csv", "json"] as const;
/** What an envelope of JSON names: the document and the version of its schema. */
const SCHEMA = /^calloff\/([a-z-]+)\/(\d{1,3})$/;

/** Checks the words and values of a merged mapping. @throws CalloffError MAPPING_WORD, MAPPING_VALUE or MAPPING_ONE_WAY */
export function checkMapping(name: string, tree: MapTree): MappingDefinition {
  const words = wordsOf(tree, HEAD_WORDS, "the head of a mapping");
  const need = (word: "syntax" | "message" | "document" | "lines"): MapEntry => {
    const entry = words[word];
    if (entry !== undefined) return entry;
    throw refuse("MAPPING_VALUE", tree.spot, `The mapping has no ${word}`, {
      expected: "syntax, message, document and lines",
      remedy: `Add ${word}: to the head of the file.`,
    });
  };
  const syntax: Family = oneOf(need("syntax").value, FAMILIES, "syntax");
  const message = messageAt(syntax, need("message").value);
  const lines = linesOf({ syntax, message }, syntax === "json" ? words.lines : need("lines"));
  return {
    name,
    syntax,
    message,
    document: oneOf(need("document").value, DOCUMENTS, "document"),
    numbers: words.numbers && oneOf(words.numbers.value, ["message", "shipTo", "line"] as const, "numbers"),
    layer: words.layer && oneOf(words.layer.value, ["forecast", "call-off"] as const, "layer"),
    loses: words.loses === undefined ? [] : textsAt(words.loses.value, "loses").map(({ text }) => text),
    lines,
  };
}

/** A JSON document is the canonical one, so there is nothing to list. */
function linesOf(setting: Setting, entry: MapEntry | undefined): LineDefinition[] {
  if (setting.syntax !== "json") return entry === undefined ? [] : withFurtherPlaces(linesAt(setting, entry.value, ""));
  if (entry === undefined) return [];
  throw refuse("MAPPING_VALUE", entry.spot, "A mapping of JSON has no lines: the document is the canonical one", {
    expected: "syntax, message and document",
    found: "lines",
    remedy: "Leave out lines.",
  });
}

function messageAt(syntax: Family, tree: Tree): MessageDefinition {
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

export function linesAt(setting: Setting, tree: Tree, above: string): LineDefinition[] {
  const lines: LineDefinition[] = [];
  let order = -1;
  let previous = "";
  let opened = "";
  for (const item of listAt(tree, "a list of lines").items) {
    const row = mapAt(item, "a line");
    const [first, ...more] = [...row.entries];
    if (first === undefined || more.length > 0) {
      throw refuse("MAPPING_VALUE", row.spot, "A line is one tag with its words behind it", {
        expected: "- LIN: { … }",
        found: more.length > 0 ? [...row.entries.keys()].join(", ") : "nothing",
        remedy: "Give every line its own row with - in front, and indent its words below the tag.",
      });
    }
    const [tag, entry] = first;
    if (!/^[A-Za-z0-9_]{1,30}$/.test(tag)) {
      throw refuse("MAPPING_VALUE", entry.spot, `${JSON.stringify(tag)} is no tag`, {
        expected: setting.syntax === "csv" ? "row" : "a segment identifier or record type",
        found: tag,
        remedy: "Write the tag as it stands in the message.",
      });
    }
    // Neighbours of one tag share a place, and so do those that fill one list by different tags.
    const opens = openedBy(entry.value);
    if (tag !== previous && (opens === "" || opens !== opened)) order += 1;
    previous = tag;
    opened = opens;
    lines.push(...linesOfTag(setting, tag, entry, above, order));
  }
  return lines;
}

/** The list that a line opens, before it is checked; empty where it opens none. */
function openedBy(body: Tree): string {
  const opens = body.kind === "map" ? body.entries.get("opens")?.value : undefined;
  return opens?.kind === "text" ? opens.text : "";
}

function linesOfTag(setting: Setting, tag: string, entry: MapEntry, above: string, order: number): LineDefinition[] {
  const body = bodyOf(entry.value);
  const pick = body.entries.get("pick");
  if (pick === undefined) return [lineAt(setting, tag, entry.spot, body, above, order, undefined)];
  const address = addressAt(setting, textAt(pick.value, "pick"));
  const rows: LineDefinition[] = [];
  for (const [code, row] of body.entries) {
    if (code === "pick") continue;
    if ((LINE_WORDS as readonly string[]).includes(code)) {
      throw refuse("MAPPING_WORD", row.spot, `${code} cannot stand beside pick`, {
        expected: "pick: and one row per qualifier",
        found: code,
        remedy: `Move ${code} into the rows that it is for.`,
      });
    }
    const condition: Condition = { spot: row.spot, address, values: [code] };
    rows.push(lineAt(setting, tag, row.spot, rowBody(row.value), above, order, condition));
  }
  return rows;
}

/** A line without words, `- ISS:`, is known and has nothing to say. */
function bodyOf(tree: Tree): MapTree {
  if (tree.kind === "text" && tree.text === "") return { kind: "map", spot: tree.spot, entries: new Map() };
  return mapAt(tree, "a line");
}

/** A row of pick that has only fields may be written as the fields themselves. */
export function rowBody(tree: Tree): MapTree {
  const map = bodyOf(tree);
  const keys = [...map.entries.keys()];
  const isShort = keys.length > 0 && keys.every((key) => /^[#\d]/.test(key));
  if (!isShort) return map;
  return { kind: "map", spot: map.spot, entries: new Map([["fields", { spot: map.spot, value: map }]]) };
}

function lineAt(
  setting: Setting,
  tag: string,
  spot: Spot,
  body: MapTree,
  above: string,
  order: number,
  picked: Condition | undefined,
): LineDefinition {
  const words = wordsOf(body, LINE_WORDS, `a line (${tag})`);
  const when = words.when === undefined ? [] : conditionsAt(setting, words.when.value);
  const carries = words.carries !== undefined && flagAt(words.carries.value, "carries");
  const fields = words.fields === undefined ? [] : fieldsAt(setting, words.fields.value);
  const conditions = picked === undefined ? when : [picked, ...when];
  const qualifier = conditions.length > 0 ? `[${conditions[0]?.values[0] ?? ""}]` : "";
  const path = `${above === "" ? "" : `${above}/`}${tag}${qualifier}`;
  const sets = words.sets === undefined ? [] : setsAt(words.sets.value);
  return {
    spot,
    tag,
    path,
    ...timesAt(words.times?.value),
    order,
    opens: words.opens && listName(words.opens.value),
    carries,
    ...(words.never === undefined ? {} : { never: textAt(words.never.value, "never").text }),
    each: words.each !== undefined && flagAt(words.each.value, "each"),
    when: conditions,
    ...(words.next === undefined ? {} : { next: nextAt(setting, words.next.value) }),
    onlyIf: [
      ...(words.if === undefined ? [] : requirementsAt(words.if.value)),
      ...sets.map(({ path: field, word }) => ({ path: field, values: [word] })),
    ],
    sets,
    fields: carries ? fields.map(ofAround) : fields,
    pairs: words.pairs && pairsAt(setting, words.pairs.value),
    repeat: words.repeat && repeatAt(setting, words.repeat.value),
    same: words.same === undefined ? [] : sameAt(setting, words.same.value),
    columns: words.columns && columnsAt(setting, words.columns.value),
    rules: words.rules === undefined ? [] : rulesAt(setting, words.rules.value),
    isAnywhere: words.anywhere !== undefined && flagAt(words.anywhere.value, "anywhere"),
    below: words.then === undefined ? [] : linesAt(setting, words.then.value, path),
  };
}

/** A line that carries fills the objects below it; the field that stands for one of theirs is of the object around them. */
const ofAround = (field: FieldDefinition): FieldDefinition =>
  field.or === undefined ? field : { ...field, or: { ...field.or, isAround: true } };

function timesAt(tree: Tree | undefined): { least: number; most: number } {
  if (tree === undefined) return { least: 0, most: 1 };
  const { text, spot } = textAt(tree, "times");
  const match = /^(\d{1,7})(?:\.\.(\d{1,7}|\*))?$/.exec(text);
  if (match !== null) {
    const least = Number(match[1]);
    const most = match[2] === undefined ? least : match[2] === "*" ? UNLIMITED : Number(match[2]);
    if (least <= most) return { least, most };
  }
  throw refuse("MAPPING_VALUE", spot, `${JSON.stringify(text)} does not say how often a line may come`, {
    expected: "0, 1, 0..1, 1..*, 0..200 and the like",
    found: text,
    remedy: "Write the least and the most, with .. between, * for any number.",
  });
}

function listName(tree: Tree): string {
  const text = textAt(tree, "opens");
  const path = fieldPath(text, "list");
  if (path.length === 1 && path[0] !== undefined) return path[0];
  throw refuse("MAPPING_VALUE", text.spot, "opens names a list of the current object", {
    expected: "one name, e.g. steps",
    found: text.text,
    remedy: "Open the outer object by a line of its own.",
  });
}

function conditionsAt(setting: Setting, tree: Tree): Condition[] {
  return [...mapAt(tree, "when").entries].map(([key, entry]) => ({
    spot: entry.spot,
    address: addressAt(setting, { kind: "text", spot: entry.spot, text: key }),
    values: textsAt(entry.value, "when").map(({ text }) => text),
  }));
}

/** `next: { QTY: { 1.1: 3 } }`: a segment that has to follow; `"!DTM": {}`: one that may not. */
function nextAt(setting: Setting, tree: Tree): NonNullable<LineDefinition["next"]> {
  const segments = [...mapAt(tree, "next").entries].map(([tag, entry]) => {
    const isNot = tag.startsWith("!");
    return { tag: isNot ? tag.slice(1) : tag, when: conditionsAt(setting, entry.value), isNot };
  });
  if (segments.length > 0) return segments;
  throw refuse("MAPPING_VALUE", tree.spot, "next names the segments that may follow", {
    expected: "next: { QTY: { 1.1: 3 } }",
    found: "nothing",
    remedy: "Name at least one segment.",
  });
}

function requirementsAt(tree: Tree): Requirement[] {
  return [...mapAt(tree, "if").entries].map(([key, entry]) =>
    key === "any"
      ? { path: [], values: [], any: requirementsAt(entry.value) }
      : {
          ...outerPath({ kind: "text", spot: entry.spot, text: key }),
          values: textsAt(entry.value, "if").map(({ text }) => text),
        },
  );
}

function setsAt(tree: Tree): LineDefinition["sets"] {
  return [...mapAt(tree, "sets").entries].map(([key, entry]) => ({
    path: fieldPath({ kind: "text", spot: entry.spot, text: key }),
    word: textAt(entry.value, "sets").text,
  }));
}

function pairsAt(setting: Setting, tree: Tree): PairsDefinition {
  const words = wordsOf(mapAt(tree, "pairs"), PAIRS_WORDS, "pairs");
  if (words.from === undefined || words.codes === undefined) {
    throw refuse("MAPPING_VALUE", tree.spot, "pairs needs from and codes", {
      expected: "pairs: { from: 2, count: 15, codes: { BP: customerPart } }",
      remedy: "Add what is missing.",
    });
  }
  const fields = fieldsAt(setting, words.codes.value, "qualifier");
  const byCode = new Map([...mapAt(words.codes.value, "codes").entries.keys()].map((code, at) => [code, fields[at]]));
  return {
    spot: tree.spot,
    from: wholeAt(words.from.value, "element", 1, MOST_ELEMENTS),
    count: words.count === undefined ? 15 : wholeAt(words.count.value, "count", 1, MOST_ELEMENTS),
    qualifier: words.qualifier === undefined ? 0 : wholeAt(words.qualifier.value, "component", 1, 9),
    value: words.value === undefined ? 0 : wholeAt(words.value.value, "component", 1, 9),
    fields: byCode as PairsDefinition["fields"],
  };
}

function repeatAt(setting: Setting, tree: Tree): RepeatDefinition {
  const words = wordsOf(mapAt(tree, "repeat"), REPEAT_WORDS, "repeat");
  const { opens, from, width, count, fields } = words;
  if (opens === undefined || from === undefined || width === undefined || count === undefined || fields === undefined) {
    throw refuse("MAPPING_VALUE", tree.spot, "repeat needs opens, from, width, count and fields", {
      expected: 'repeat: { opens: steps, from: 48, width: 15, count: 5, end: [ "000000" ], fields: { … } }',
      remedy: "Add what is missing.",
    });
  }
  return {
    spot: tree.spot,
    opens: listName(opens.value),
    from: wholeAt(from.value, "place", 1, 100_000),
    width: wholeAt(width.value, "width", 1, 10_000),
    count: wholeAt(count.value, "count", 1, 10_000),
    end: words.end === undefined ? [] : textsAt(words.end.value, "end").map(({ text }) => text),
    by: words.by && byAt(words.by.value),
    fields: fieldsAt(setting, fields.value),
  };
}

/** `by: { kind: [ fabrication, material ] }`: the field and its word for each block. */
function byAt(tree: Tree): NonNullable<RepeatDefinition["by"]> {
  const [first, ...more] = [...mapAt(tree, "by").entries];
  if (first === undefined || more.length > 0) {
    throw refuse("MAPPING_VALUE", tree.spot, "by names one field with a word for each block", {
      expected: "by: { kind: [ fabrication, material ] }",
      remedy: "Name one field.",
    });
  }
  const [name, entry] = first;
  return {
    path: fieldPath({ kind: "text", spot: entry.spot, text: name }),
    words: textsAt(entry.value, "by").map(({ text }) => text),
  };
}

function sameAt(setting: Setting, tree: Tree): SameDefinition[] {
  return listAt(tree, "same").items.map((item) => {
    const words = wordsOf(mapAt(item, "same"), SAME_WORDS, "same");
    if (words.opens === undefined) {
      throw refuse("MAPPING_VALUE", item.spot, "A deeper level of a row opens a list", {
        expected: "- opens: lines",
        remedy: "Add opens.",
      });
    }
    return {
      spot: item.spot,
      opens: listName(words.opens.value),
      key: words.key === undefined ? [] : textsAt(words.key.value, "key").map((name) => fieldPath(name)),
      fields: words.fields === undefined ? [] : fieldsAt(setting, words.fields.value),
      same: words.same === undefined ? [] : sameAt(setting, words.same.value),
      columns: words.columns && columnsAt(setting, words.columns.value),
    };
  });
}

/** What heads a column stands at no address of its own. */
const HEADING: Address = { kind: "column", header: "", number: 0 };

function columnsAt(setting: Setting, tree: Tree): ColumnsDefinition {
  const words = wordsOf(mapAt(tree, "columns"), COLUMNS_WORDS, "columns");
  if (words.opens === undefined || words.header === undefined || words.value === undefined) {
    throw refuse("MAPPING_VALUE", tree.spot, "columns needs opens, header and value", {
      expected: "columns: { opens: steps, header: { to: from, as: DD.MM.YYYY }, value: { to: quantity, as: number } }",
      remedy: "Add what is missing.",
    });
  }
  const header = fieldAt(setting, HEADING, words.header);
  const value = fieldAt(setting, HEADING, words.value);
  for (const field of [header, value]) {
    if (field.to.length > 0) continue;
    throw refuse("MAPPING_VALUE", field.spot, "columns: header and value fill a field each", {
      expected: "header: { to: from, as: DD.MM.YYYY }",
      remedy: "Name the field with to and its shape with as.",
    });
  }
  return {
    spot: tree.spot,
    opens: listName(words.opens.value),
    header,
    value,
    fields: words.fields === undefined ? [] : fieldsAt(setting, words.fields.value),
  };
}
