/**
 * What has to be known of a mapping to choose it. The build writes the outlines of the shipped mappings down, so that a
 * process compiles only those that it reads or writes with; an outline holds for the very text that it was made of.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { MappingDefinition } from "./definition.ts";

export interface Outline extends Pick<MappingDefinition, "syntax" | "message" | "document" | "numbers" | "layer"> {
  /** SHA-256 over the merged mapping. */
  readonly hash: string;
}

/** An outline with what it was made of. */
export interface WrittenOutline extends Outline {
  /** SHA-256 of the mapping's own text. */
  readonly text: string;
  /** The mapping that it extends: its text counts as well. */
  readonly extends?: string;
}

export type WrittenOutlines = Readonly<Record<string, WrittenOutline>>;

/** SHA-256 of a mapping's text. */
export const hashOfText = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The outlines that a build wrote; none where nothing was built, or where they cannot be read. */
export function outlinesIn(file: string): WrittenOutlines {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as WrittenOutlines;
  } catch {
    return {};
  }
}

/** The outline of a mapping, if it was made of these texts: the mapping's own, and of all that it extends. */
export function outlineOf(
  name: string,
  outlines: WrittenOutlines,
  texts: ReadonlyMap<string, string>,
): Outline | undefined {
  const written = Object.hasOwn(outlines, name) ? outlines[name] : undefined;
  if (written === undefined) return undefined;
  const { text, extends: base, ...outline } = written;
  if (text !== hashOfText(texts.get(name) ?? "")) return undefined;
  return base === undefined || outlineOf(base, outlines, texts) !== undefined ? outline : undefined;
}
