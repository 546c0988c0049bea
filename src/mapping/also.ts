/** Fields that may stand at further places (`also`): the mapping's other places for them are marked, and have to be there. */
import type { FieldDefinition, LineDefinition } from "./definition.ts";
import { isCarried } from "./lines.ts";
import { refuse } from "./refusal.ts";

/** The lines with every field marked that a further place is for. @throws CalloffError MAPPING_ONE_WAY */
export function withFurtherPlaces(lines: readonly LineDefinition[]): LineDefinition[] {
  const held = fieldsOf(lines, "");
  const further = held.filter(({ field }) => field.also);
  const written = new Set(
    held.filter(({ field }) => !field.also && field.use !== "never").flatMap(({ paths }) => paths),
  );
  for (const { field, paths } of further) {
    if (paths.every((path) => written.has(path))) continue;
    throw refuse(
      "MAPPING_ONE_WAY",
      field.spot,
      `${paths.join(", ")} has only further places, and could not be written`,
      {
        expected: "a place without also for the same field of the same object",
        remedy: "Leave out also at the place that is to be written.",
      },
    );
  }
  // What is carried is no value of the object's own: its own place wins whatever stood above it.
  const shared = new Set(further.filter((one) => !one.isCarried).flatMap(({ paths }) => paths));
  const marked = new Set([
    ...held.filter(({ paths }) => paths.some((path) => shared.has(path))).map(({ field }) => field),
    ...alternatives(held),
  ]);
  if (marked.size === 0) return [...lines];
  return lines.map((line) => withMarks(line, marked));
}

/** Fields of one object that several lines below it fill, kept apart in writing by their `if`: both may be read. */
function alternatives(held: readonly Placed[]): FieldDefinition[] {
  const byPath = new Map<LineDefinition | undefined, Map<string, FieldDefinition[]>>();
  for (const { field, paths, scope } of held) {
    if (scope === undefined || field.also || field.pieces !== undefined || field.use === "never") continue;
    const within = byPath.get(scope.opener) ?? new Map<string, FieldDefinition[]>();
    byPath.set(scope.opener, within);
    for (const path of paths) within.set(path, [...(within.get(path) ?? []), field]);
  }
  return [...byPath.values()].flatMap((within) => [...within.values()].filter((fields) => fields.length > 1).flat());
}

interface Placed {
  readonly field: FieldDefinition;
  /** Full paths, e.g. `lines.packs.count`. */
  readonly paths: readonly string[];
  readonly isCarried: boolean;
  /** The line that opened the object, for fields of lines below it; absent for its own fields and for what is carried. */
  readonly scope?: { readonly opener: LineDefinition | undefined };
}

function fieldsOf(
  lines: readonly LineDefinition[],
  object: string,
  carriedTo?: string,
  opener?: LineDefinition,
): Placed[] {
  return lines.flatMap((line) => {
    const inner = line.opens === undefined ? object : join(object, line.opens);
    const target = line.carries
      ? join(object, firstOpened(line.below) ?? "")
      : carriedTo !== undefined && isCarried(line)
        ? carriedTo
        : inner;
    const carried = line.carries || target === carriedTo;
    const own = [...line.fields, ...(line.pairs?.fields.values() ?? [])].filter(({ of }) => of === undefined);
    const isBelow = line.opens === undefined && !carried;
    const placed = own.map((field) => ({
      field,
      paths: field.to.map((path) => join(target, path.join("."))),
      isCarried: carried,
      ...(isBelow ? { scope: { opener } } : {}),
    }));
    const next = line.opens === undefined ? opener : line;
    return [...placed, ...fieldsOf(line.below, inner, line.carries ? target : undefined, next)];
  });
}

/** The list whose objects inherit what a line carries. */
function firstOpened(lines: readonly LineDefinition[]): string | undefined {
  for (const line of lines) {
    const opened = line.opens ?? firstOpened(line.below);
    if (opened !== undefined) return opened;
  }
  return undefined;
}

function withMarks(line: LineDefinition, marked: ReadonlySet<FieldDefinition>): LineDefinition {
  const mark = (field: FieldDefinition): FieldDefinition => (marked.has(field) ? { ...field, shared: true } : field);
  return {
    ...line,
    fields: line.fields.map(mark),
    pairs: line.pairs && {
      ...line.pairs,
      fields: new Map([...line.pairs.fields].map(([code, field]) => [code, mark(field)])),
    },
    below: line.below.map((below) => withMarks(below, marked)),
  };
}

const join = (object: string, name: string): string => (object === "" ? name : `${object}.${name}`);
