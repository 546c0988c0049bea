/** Writing a canonical document as JSON: it is the document, without the ordinals of the segments it was read from. */
import { DOCUMENT_SCHEMAS } from "../documents/schemas.ts";
import type { Finding } from "../values/finding.ts";
import type { MappingDefinition } from "./definition.ts";
import type { Writer } from "./write.ts";

/** Compiles the identity mapping of a document for writing: one segment, whose element is the document's JSON text. */
export function compileJsonWriter(definition: MappingDefinition): Writer {
  const schema = DOCUMENT_SCHEMAS[definition.document];
  return (document) => {
    const text = JSON.stringify(document, (key, value: unknown) => (key === "segment" ? undefined : value)) ?? "{}";
    const checked = schema.safeParse(JSON.parse(text));
    const findings = checked.success
      ? []
      : checked.error.issues.map((issue) => notWritable(issue.path.map(String).join("."), issue.message));
    const bytes = Buffer.from(text, "utf8").toString("latin1");
    return { set: { type: definition.message.type, segments: [["document", bytes]] }, findings };
  };
}

const notWritable = (field: string, message: string): Finding => ({
  code: "FIELD_NOT_WRITABLE",
  severity: "reject",
  message: `${field}: the document does not fit its schema`,
  place: { field },
  expected: message,
  found: field,
  remedy: "Correct the document.",
});
