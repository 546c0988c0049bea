/** Each canonical field against its place in each message, as the mappings have it. */
import { z } from "zod";
import { DOCUMENT_SCHEMAS, DOCUMENTS, type DocumentKind } from "../../src/documents/schemas.ts";
import { documentShape } from "../../src/mapping/document-shape.ts";
import type { CompiledMapping, MappingLibrary } from "../../src/mapping/library.ts";
import { fieldsOf } from "../round-trips/losses.ts";
import { type Model, modelOf } from "../round-trips/model.ts";

const HEAD = `# Where each field stands

Generated from the mappings by \`npm run docs:formats\`; a test keeps it equal. One table per canonical document: its fields, and
where each message has them. An empty cell is a field that the message cannot hold (the mapping lists it under \`loses\`).

- \`BFR03\` is an element, \`UIT01-4\` a component, \`SHP[02]04\` an element of the line chosen by that qualifier, \`LIN BP\` the value
  behind a qualifier at any place of the segment, \`512 9-17\` positions of a record, \`block 1-6\` positions of each repeated block,
  a bare word a column of a table, *heading* and *cell* the columns that a table has one of per date.
- *if* says which words of another field a place is written for; *also* where the field is read as well.
- Fields that lists repeat have the list in front of them: \`lines.steps.quantity\`. What a carrying line says of all that stand below
  it (SDP, SCC, NAD+ST) is a field of each of those.
- JSON holds every field under its own name.
`;

/** The page. */
export function formatsInWords(library: MappingLibrary): string {
  const mappings = library
    .names()
    .flatMap((name) => library.named(name) ?? [])
    .filter(({ name, definition }) => definition.syntax !== "json" && !(name.split("/")[1] ?? "").includes("."));
  return [
    HEAD,
    ...DOCUMENTS.map((kind) =>
      section(
        kind,
        mappings.filter(({ document }) => document === kind),
      ),
    ),
  ].join("\n");
}

function section(kind: DocumentKind, mappings: readonly CompiledMapping[]): string {
  if (mappings.length === 0) return "";
  const descriptions = descriptionsOf(kind);
  const places = mappings.map((mapping) => placesOf(modelOf(mapping.definition), ""));
  const rows = fieldsOf(documentShape(kind)).flatMap((field) => {
    const cells = places.map((held) => (held.get(field) ?? []).join("<br>"));
    if (cells.every((cell) => cell === "")) return [];
    return [row([`\`${field}\``, descriptions.get(field) ?? "", ...cells])];
  });
  return [
    `## ${kind.replace("-", " ").replace(/^./, (first) => first.toUpperCase())}`,
    "",
    row(["field", "what it is", ...mappings.map(({ name }) => name)]),
    row(["---", "---", ...mappings.map(() => "---")]),
    ...rows,
    "",
    ...nowhere(kind, places),
  ].join("\n");
}

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "/")).join(" | ")} |`;

/** Fields that no message has. */
function nowhere(kind: DocumentKind, places: readonly ReadonlyMap<string, readonly string[]>[]): string[] {
  const fields = fieldsOf(documentShape(kind)).filter((field) => !places.some((held) => held.has(field)));
  return fields.length === 0 ? [] : [`In JSON only: ${fields.map((field) => `\`${field}\``).join(", ")}.`, ""];
}

/** Places by the full path of their field. */
function placesOf(model: Model, prefix: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const add = (field: string, where: string): void => {
    const held = found.get(field) ?? [];
    if (!held.includes(where)) found.set(field, [...held, where]);
  };
  for (const [name, places] of model.places) {
    for (const { where, requires } of places) add(prefix + name, where + conditionsInWords(requires));
  }
  for (const [name, further] of model.further) for (const where of further) add(prefix + name, `also ${where}`);
  for (const [list, openers] of model.openers) {
    for (const opener of openers) {
      for (const [field, wheres] of placesOf(opener.model, `${prefix}${list}.`)) {
        for (const where of wheres)
          add(field, where.startsWith("also ") ? where : where + conditionsInWords(opener.requires));
      }
    }
  }
  // Written in any case: what it says for some words besides is nothing new.
  for (const [field, wheres] of found) {
    found.set(
      field,
      wheres.filter((where) => !wheres.some((other) => where.startsWith(`${other} *if`))),
    );
  }
  return found;
}

function conditionsInWords(
  requires: readonly { readonly path: readonly string[]; readonly values: readonly string[] }[],
): string {
  const conditions = requires.map(({ path, values }) => {
    const words = values.map((value) => (value === "" ? "absent" : value)).join(" or ");
    return `${path.join(".")} ${words}`;
  });
  return conditions.length === 0 ? "" : ` *if ${conditions.join(", ")}*`;
}

interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
}

function descriptionsOf(kind: DocumentKind): Map<string, string> {
  const found = new Map<string, string>();
  const walk = ({ properties = {} }: Node, prefix: string): void => {
    for (const [name, inner] of Object.entries(properties)) {
      if (inner.description !== undefined) found.set(prefix + name, inner.description);
      if (inner.type === "object") walk(inner, `${prefix}${name}.`);
      if (inner.items !== undefined) walk(inner.items, `${prefix}${name}.`);
    }
  };
  walk(z.toJSONSchema(DOCUMENT_SCHEMAS[kind], { reused: "inline" }) as Node, "");
  return found;
}
