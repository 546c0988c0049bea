/** Writing records that take several objects of a list, each in a block of its own. */
import type { LineDefinition, RepeatDefinition } from "./definition.ts";
import { getAt } from "./paths.ts";
import { admits } from "./requirements.ts";
import type { Held } from "./run.ts";
import { unwritten, type WriteLine } from "./write-lists.ts";
import { type BuildSegment, put } from "./write-segment.ts";

/** A record that takes several objects of a list; the next line with `repeat` on the same list goes on with the rest. */
export function repeating(
  line: LineDefinition,
  repeat: RepeatDefinition,
  build: BuildSegment,
  below: readonly WriteLine[],
): WriteLine {
  const isAdmitted = admits(line.onlyIf);
  return (object, writing, cut) => {
    const items = unwritten(object, repeat.opens, writing, cut, isAdmitted).map(({ item }) => item);
    const all = blocksOf(items, repeat);
    let hasValue = items.length > 0;
    let records = 0;
    while (records < line.most && (records < all.length || records < Math.max(line.least, 1))) {
      const blocks = all[records] ?? [];
      const built = build(object, writing, blocks);
      if (blocks.length === 0 && !built.hasValue && line.least === 0) break;
      for (const item of blocks) if (item !== undefined) writing.written.add(item);
      hasValue ||= built.hasValue;
      put(built, writing);
      for (const write of below) write(object, writing, cut);
      records += 1;
    }
    return hasValue;
  };
}

/** The objects of each record, block by block; where blocks differ by a word, what has none of the words stays out. */
export function blocksOf(items: readonly Held[], { by, count }: RepeatDefinition): (Held | undefined)[][] {
  if (by === undefined) {
    const records = Math.ceil(items.length / count);
    return Array.from({ length: records }, (_, record) => items.slice(record * count, (record + 1) * count));
  }
  const word = getAt(by.path);
  const columns = by.words.map((one) => items.filter((item) => word(item) === one));
  const records = Math.max(0, ...columns.map(({ length }) => length));
  return Array.from({ length: records }, (_, record) => columns.map((column) => column[record]));
}
