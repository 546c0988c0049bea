/** Finding the place of a segment below carrying lines that were left out, since they had nothing to say. */
import type { Segment } from "../syntax/segment.ts";
import type { CompiledLine, Group } from "./read-group.ts";
import type { Run } from "./run.ts";

/** Lines below a carrying one that was left out: those that open an object and ask for just such a segment, or any. */
export type Within = "asking" | "any";

/** The carrying lines that were left out, from the group inwards, and the line below them that takes the segment. */
export function wayTo(
  segment: Segment,
  next: Segment | undefined,
  group: Group,
  run: Run,
  lines: Within,
): readonly CompiledLine[] | undefined {
  for (const wrapper of group.wrappers) {
    if (wrapper.group === undefined) continue;
    const line = wrapper.group.byTag
      .get(segment.tag)
      ?.find(
        (one) =>
          (one.definition.opens !== undefined || (one.definition.carries && lines === "any")) &&
          one.definition.most > 0 &&
          (lines === "any" || !one.isAny) &&
          isChosen(one, segment, next, run),
      );
    if (line !== undefined) return [wrapper, line];
    const deeper = wayTo(segment, next, wrapper.group, run, lines);
    if (deeper !== undefined) return [wrapper, ...deeper];
  }
  return undefined;
}

/** Whether what the segment says, and what follows it, chooses the line. */
export const isChosen = (line: CompiledLine, segment: Segment, next: Segment | undefined, run: Run): boolean =>
  (line.matches === undefined || line.matches(segment, run)) && (line.follows === undefined || line.follows(next, run));
