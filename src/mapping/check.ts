/**
 * From a tree to a mapping: a closed list of words, every address in the form of its syntax, every shape known. Whatever is
 * wrong is refused with its place in the mapping file.
 */
import { DOCUMENTS } from "../documents/schemas.ts";
import type { Family } from "../syntax/segment.ts";
import { withFurtherPlaces } from "./also.ts";
import { linesAt } from "./check-lines.ts";
import { messageAt } from "./check-message.ts";
import type { LineDefinition, MappingDefinition, Setting } from "./definition.ts";
import { refuse } from "./refusal.ts";
import type { MapEntry, MapTree } from "./tree.ts";
import { HEAD_WORDS, oneOf, textsAt, wordsOf } from "./words.ts";

const FAMILIES = ["x12", "edifact", "fixed", "csv", "json"] as const;

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
