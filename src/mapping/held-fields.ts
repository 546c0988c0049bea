/** The fields of the document that a mapping holds, and which of them it writes. */
import type { FieldDefinition, LineDefinition, MappingDefinition } from "./definition.ts";
import { isCarried } from "./lines.ts";
import { readsTiming } from "./shapes.ts";

/** Whether a field is written here; a further place (`also`) of one is not. */
export const isFilling = (field: FieldDefinition): boolean =>
  field.to.length > 0 && field.use !== "never" && !field.also && field.of === undefined;

/** `dtm` reads how long a bucket is, which refines what a segment above says of it, and leaves the writing to that. */
export const writtenPaths = ({ as, to }: FieldDefinition): readonly (readonly string[])[] =>
  readsTiming(as) && as.startsWith("dtm") ? to.slice(1) : to;

/** The mapping without losses that a dialect has made good by a line of its own. */
export const withoutHeldLosses = (definition: MappingDefinition): MappingDefinition => {
  const held = new Set(fieldPaths(definition.lines, ""));
  return { ...definition, loses: definition.loses.filter((path) => !held.has(path)) };
};

/** Every field the mapping holds, as `lines.steps.quantity`. */
export function fieldPaths(
  lines: readonly LineDefinition[],
  object: string,
  carried: readonly string[] = [],
): string[] {
  return lines.flatMap((line) => {
    const filled = [...line.fields, ...(line.pairs?.fields.values() ?? [])];
    const own = namesOf(filled);
    const others = below(object, namesBeside(filled));
    if (line.opens !== undefined) {
      const inner = join(object, line.opens);
      return [
        ...below(inner, [...carried, ...own, ...namesBeside(filled)]),
        ...deeperPaths(line, inner),
        ...fieldPaths(line.below, inner),
      ];
    }
    if (line.carries) {
      const [plain, rest] = [line.below.filter(isCarried), line.below.filter((one) => !isCarried(one))];
      const said = plain.flatMap(({ fields, pairs }) => namesOf([...fields, ...(pairs?.fields.values() ?? [])]));
      return [...others, ...fieldPaths(rest, object, [...carried, ...own, ...said])];
    }
    return [...others, ...below(object, own), ...deeperPaths(line, object), ...fieldPaths(line.below, object, carried)];
  });
}

const namesOf = (fields: readonly FieldDefinition[]): string[] =>
  fields.filter(isFilling).flatMap((field) => writtenPaths(field).map((path) => path.join(".")));
/** Fields that stand for others. */
const namesBeside = (fields: readonly FieldDefinition[]): string[] =>
  fields.flatMap(({ or }) => (or === undefined ? [] : [or.path.join(".")]));

/** What a record's blocks, or the deeper levels and columns of a row, hold. */
function deeperPaths(
  { columns, repeat, same }: Partial<Pick<LineDefinition, "columns" | "repeat" | "same">>,
  object: string,
): string[] {
  const word = repeat?.by === undefined ? [] : [repeat.by.path.join(".")];
  return [
    ...(repeat === undefined ? [] : below(join(object, repeat.opens), [...word, ...namesOf(repeat.fields)])),
    ...(columns === undefined
      ? []
      : below(join(object, columns.opens), namesOf([columns.header, columns.value, ...columns.fields]))),
    ...(same ?? []).flatMap((level) => [
      ...below(join(object, level.opens), namesOf(level.fields)),
      ...deeperPaths(level, join(object, level.opens)),
    ]),
  ];
}

export const below = (prefix: string, paths: readonly string[]): string[] => paths.map((path) => join(prefix, path));

const join = (object: string, name: string): string => (object === "" ? name : `${object}.${name}`);
