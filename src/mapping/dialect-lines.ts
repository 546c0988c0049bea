/** Lines of the standard file that a dialect changes, and those it adds. */
import { rowBody } from "./check-lines.ts";
import { type Change, type LineChange, missing, type Step, stepOf } from "./dialect-paths.ts";
import { mergedMaps, replaced, withKeys } from "./dialect-words.ts";
import { refuse, type Spot } from "./refusal.ts";
import type { ListTree, MapTree, Tree } from "./tree.ts";
import { listAt, mapAt, textAt } from "./words.ts";

/** The list with a change made to the line that the steps lead to, or with the line that it adds there. */
export function changedList(list: ListTree, [step, ...further]: readonly Step[], change: LineChange): ListTree {
  if (step === undefined) return list;
  const found = findLine(list, step, change);
  if (found === undefined) {
    if (further.length === 0 && change.below === undefined) return added(list, step, change);
    throw missing(change, `${step.tag}${step.qualifier === undefined ? "" : `[${step.qualifier}]`}`, tagsOf(list));
  }
  const { at, tag, body, row } = found;
  const line = row === undefined ? body : rowBody(body.entries.get(row)?.value ?? body);
  const next = changedBody(line, further, change);
  const newBody = row === undefined ? next : replaced(body, row, { spot: next.spot, value: next });
  return withItem(list, at, lineOf(tag, body.spot, newBody));
}

const lineOf = (tag: string, spot: Spot, body: MapTree): MapTree => ({
  kind: "map",
  spot,
  entries: new Map([[tag, { spot, value: body }]]),
});

const withItem = (list: ListTree, at: number, item: Tree): ListTree => ({
  ...list,
  items: list.items.map((held, index) => (index === at ? item : held)),
});

/** What a line or level becomes: changed below where steps are left, else in its own words. */
function changedBody(body: MapTree, further: readonly Step[], change: LineChange): MapTree {
  if (further.length > 0) return deeper(body, further, change);
  return change.below === undefined ? mergedMaps(body, mapOfChange(change)) : withKeys(body, change.below, change);
}

function mapOfChange({ path, entry }: Change): MapTree {
  const map = mapAt(entry.value, path);
  if (!map.entries.has("after")) return map;
  throw refuse("MAPPING_DIALECT", entry.spot, `${path} is already there`, {
    expected: "after only for lines the standard file lacks",
    found: "after",
    remedy: "Leave out after; the words below it change the line that is there.",
  });
}

function deeper(line: MapTree, steps: readonly Step[], change: LineChange): MapTree {
  const { spot } = change.entry;
  const then = line.entries.get("then");
  const same = line.entries.get("same");
  if (same !== undefined) {
    return replaced(line, "same", { spot: same.spot, value: changedLevel(same.value, steps, change) });
  }
  if (then !== undefined) {
    return replaced(line, "then", { spot: then.spot, value: changedList(listAt(then.value, "then"), steps, change) });
  }
  const [step] = steps;
  if (step === undefined || steps.length > 1 || change.below !== undefined) {
    throw missing(change, step?.tag ?? "", []);
  }
  return replaced(line, "then", { spot, value: added({ kind: "list", spot, items: [] }, step, change) });
}

/** A deeper level of a row goes by the list that it opens: `row/lines/steps.fields.Qty`. */
function changedLevel(tree: Tree, [step, ...further]: readonly Step[], change: LineChange): ListTree {
  const levels = listAt(tree, "same");
  const at = levels.items.findIndex((level) => listOpened(level) === step?.tag);
  const level = levels.items[at];
  if (level === undefined) throw missing(change, step?.tag ?? "", levels.items.map(listOpened));
  return withItem(levels, at, changedBody(mapAt(level, "same"), further, change));
}

function listOpened(level: Tree): string {
  const name = mapAt(level, "same").entries.get("opens")?.value;
  return name?.kind === "text" ? name.text : "";
}

interface FoundLine {
  readonly at: number;
  readonly tag: string;
  readonly body: MapTree;
  /** Key of the row, when the line is one of a pick. */
  readonly row: string | undefined;
}

/** The line of a list that a step of a path names. @throws CalloffError MAPPING_DIALECT where it names several */
function findLine(list: ListTree, step: Step, { path, entry }: Change): FoundLine | undefined {
  const found = linesNamed(list, step);
  const plain = found.filter((one) => step.qualifier !== undefined || qualifiersOf(one.body).length === 0);
  const candidates = found.length > 1 && plain.length > 0 ? plain : found;
  if (candidates.length <= 1) return candidates[0];
  throw refuse("MAPPING_DIALECT", entry.spot, `${path} names ${candidates.length} lines of the standard file`, {
    expected: "a path that names one line",
    found: path,
    remedy: `Add the qualifier in brackets, e.g. ${step.tag}[${qualifiersOf(candidates[0]?.body ?? emptyMap(entry.spot))[0] ?? "…"}].`,
  });
}

function linesNamed(list: ListTree, step: Step): FoundLine[] {
  return list.items.flatMap((item, at): FoundLine[] => {
    const [first] = [...mapAt(item, "a line").entries];
    if (first === undefined || first[0] !== step.tag) return [];
    const [tag, held] = first;
    const body = held.value.kind === "map" ? held.value : emptyMap(held.value.spot);
    if (body.entries.has("pick")) {
      const rows = [...body.entries.keys()].filter((row) => row !== "pick" && row === step.qualifier);
      return rows.map((row) => ({ at, tag, body, row }));
    }
    const isNamed = step.qualifier === undefined || qualifiersOf(body).includes(step.qualifier);
    return isNamed ? [{ at, tag, body, row: undefined }] : [];
  });
}

const emptyMap = (spot: Spot): MapTree => ({ kind: "map", spot, entries: new Map() });

function qualifiersOf(body: MapTree): string[] {
  const when = body.entries.get("when")?.value;
  if (when?.kind !== "map") return [];
  const [first] = [...when.entries.values()];
  if (first === undefined) return [];
  if (first.value.kind === "text") return [first.value.text];
  return first.value.kind === "list"
    ? first.value.items.flatMap((item) => (item.kind === "text" ? [item.text] : []))
    : [];
}

const tagsOf = (list: ListTree): string[] =>
  list.items.flatMap((item) => (item.kind === "map" ? [...item.entries.keys()].slice(0, 1) : []));

/** Puts a line that the standard file lacks behind the one that `after` names. */
function added(list: ListTree, step: Step, change: Change): ListTree {
  const { path, entry } = change;
  const body = entry.value.kind === "map" ? entry.value : undefined;
  const after = body?.entries.get("after");
  if (body === undefined || after === undefined) throw missing(change, step.tag, tagsOf(list));
  const name = textAt(after.value, "after");
  const before = { path: name.text, entry: { spot: name.spot, value: after.value } };
  const found = findLine(list, stepOf(name.text), before);
  if (found === undefined && list.items.length > 0) throw missing(before, name.text, tagsOf(list));
  const entries = new Map([...body.entries].filter(([key]) => key !== "after"));
  if (step.qualifier !== undefined && !entries.has("when")) {
    throw refuse("MAPPING_DIALECT", entry.spot, `${path} adds a line, whose qualifier has to stand in when`, {
      expected: `when: { 1: ${step.qualifier} }`,
      found: path,
      remedy: "Add when to the new line.",
    });
  }
  const item = lineOf(step.tag, entry.spot, { ...body, entries });
  const behind = (found?.at ?? -1) + 1;
  return { ...list, items: [...list.items.slice(0, behind), item, ...list.items.slice(behind)] };
}
