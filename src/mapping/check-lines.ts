/** The lines of a mapping, each with its words and those below it: checked. */
import { addressAt, fieldsAt, rulesAt } from "./check-fields.ts";
import { columnsAt, listName, pairsAt, repeatAt, sameAt } from "./check-repeated.ts";
import {
  type Condition,
  type FieldDefinition,
  type LineDefinition,
  type Requirement,
  type Setting,
  UNLIMITED,
} from "./definition.ts";
import { refuse, type Spot } from "./refusal.ts";
import type { MapEntry, MapTree, Tree } from "./tree.ts";
import { fieldPath, flagAt, LINE_WORDS, listAt, mapAt, outerPath, textAt, textsAt, wordsOf } from "./words.ts";

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
