/** Writing a document with a mapping: the same list of lines is walked, and each line writes what its object holds. */
import { encoderOf } from "../syntax/charsets.ts";
import type { WrittenSet } from "../syntax/x12-writer.ts";
import type { Finding } from "../values/finding.ts";
import type { MappingDefinition } from "./definition.ts";
import type { Held } from "./run.ts";
import type { WriteContext, Writing } from "./write-fields.ts";
import { compileScope } from "./write-lines.ts";
import { UNCUT } from "./write-lists.ts";
import { compileTableWriter } from "./write-table.ts";

export interface WriteResult {
  /** Tag and elements of each segment, the set's header first; its trailer is the syntax writer's. */
  readonly set: WrittenSet;
  /** The set may leave only when none of these rejects it. */
  readonly findings: Finding[];
}

/** Writes a canonical document as a set. */
export type Writer = (document: unknown, context: WriteContext) => WriteResult;

/** Compiles a mapping for writing. */
export function compileWriter(definition: MappingDefinition): Writer {
  const writeAll =
    definition.syntax === "csv" ? compileTableWriter(definition) : compileScope(definition.lines, definition);
  return (document, context) => {
    const writing: Writing = {
      context,
      shapes: { family: context.family, version: context.version.slice(0, 6), sentYear: 0, dates: new Map() },
      encode: encoderOf(context.charset),
      out: [],
      findings: [],
      path: [],
      around: {},
      alternatives: new Set(),
      objects: [{ list: "document", object: document as Held }],
      written: new Set(),
    };
    writeAll(withControl(document as Held, context.setControl), writing, UNCUT);
    if (definition.syntax === "edifact") nameMessage(definition.message.type, writing);
    return { set: { type: definition.message.type, segments: writing.out }, findings: writing.findings };
  };
}

/** UNH S009: what the message is belongs to the envelope, and is the partner's choice. */
function nameMessage(type: string, { context, out }: Writing): void {
  const header = out[0];
  if (header?.[0] !== "UNH") return;
  const [version = "", release = ""] = context.version.split(":");
  const parts = [type, version, release, "UN", context.association ?? ""];
  header[1] ??= "";
  header[2] = parts.slice(0, context.association ? 5 : 4).join(context.delimiters.component);
}

function withControl(document: Held, setControl: string): Held {
  if (setControl === "") return document;
  return { ...document, set: { ...(document["set"] as Held | undefined), number: setControl } };
}

export type { WriteContext };
