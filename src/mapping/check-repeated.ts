/** What one line says several times: pairs of qualifier and value, blocks, the levels and columns of a row: checked. */
import { fieldAt, fieldsAt, MOST_ELEMENTS } from "./check-fields.ts";
import type {
  Address,
  ColumnsDefinition,
  PairsDefinition,
  RepeatDefinition,
  SameDefinition,
  Setting,
} from "./definition.ts";
import { refuse } from "./refusal.ts";
import type { Tree } from "./tree.ts";
import {
  COLUMNS_WORDS,
  fieldPath,
  listAt,
  mapAt,
  PAIRS_WORDS,
  REPEAT_WORDS,
  SAME_WORDS,
  textAt,
  textsAt,
  wholeAt,
  wordsOf,
} from "./words.ts";

export function listName(tree: Tree): string {
  const text = textAt(tree, "opens");
  const path = fieldPath(text, "list");
  if (path.length === 1 && path[0] !== undefined) return path[0];
  throw refuse("MAPPING_VALUE", text.spot, "opens names a list of the current object", {
    expected: "one name, e.g. steps",
    found: text.text,
    remedy: "Open the outer object by a line of its own.",
  });
}

export function pairsAt(setting: Setting, tree: Tree): PairsDefinition {
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

export function repeatAt(setting: Setting, tree: Tree): RepeatDefinition {
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

export function sameAt(setting: Setting, tree: Tree): SameDefinition[] {
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

export function columnsAt(setting: Setting, tree: Tree): ColumnsDefinition {
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
