/**
 * Files without an envelope (CSV, .xlsx): whose they are and how they are laid out is declared in the partner's file, by the
 * names of the files. Pure.
 */
import type { Partner } from "../config/partner.ts";
import type { MappingDefinition } from "../mapping/definition.ts";
import type { MappingLibrary } from "../mapping/library.ts";
import type { TableLayout } from "../syntax/segment.ts";

/** A file that a partner declares as a table. */
export interface DeclaredTable {
  readonly partner: Partner;
  /** Name of the mapping that reads it. */
  readonly mapping: string;
  readonly layout: TableLayout;
}

/** What the folder's partners declare for a file of that name: the first that fits. */
export function tableDeclared(
  name: string,
  partners: readonly Partner[],
  mappings: MappingLibrary,
): DeclaredTable | undefined {
  for (const partner of partners) {
    const declared = partner.tables.find(({ files }) => fits(name, files));
    if (declared === undefined) continue;
    const mapping = mappings.named(`${declared.mapping}.${partner.code}`) ?? mappings.named(declared.mapping);
    if (mapping === undefined) continue;
    return { partner, mapping: mapping.name, layout: layoutOf(mapping.message, mapping.name, partner) };
  }
  return undefined;
}

/** Whether a name fits a pattern of `*` and `?`, whatever the case of its letters. */
export function fits(name: string, pattern: string): boolean {
  const parts = Array.from(pattern, (character) => {
    if (character === "*") return ".*";
    return character === "?" ? "." : character.replace(/[\\^$.|+()[\]{}]/, "\\$&");
  });
  return new RegExp(`^${parts.join("").replace(/(?:\.\*)+/g, ".*")}$`, "isu").test(name);
}

/** How the tables of a mapping are laid out; a character set that the partner names counts before the mapping's. */
export function layoutOf(
  { delimiter, decimal, layout }: MappingDefinition["message"],
  mapping: string,
  partner?: Pick<Partner, "charset">,
): TableLayout {
  const charset = partner?.charset ?? layout["charset"];
  const row = Number(layout["headerRow"]);
  return {
    mapping,
    ...(delimiter === "" ? {} : { delimiter }),
    ...(decimal === "" ? {} : { decimal }),
    ...(layout["quote"] === undefined ? {} : { quote: layout["quote"] }),
    ...(layout["sheet"] === undefined ? {} : { sheet: layout["sheet"] }),
    ...(layout["dates"] === undefined ? {} : { dates: layout["dates"] }),
    ...(row > 0 ? { headerRow: row } : {}),
    ...(charset === undefined ? {} : { charset }),
  };
}
