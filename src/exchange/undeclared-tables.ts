/** A table that no partner of its folder declares: nothing in it says whose it is or how it is laid out. Pure. */
import type { Partner } from "../config/partner.ts";
import { UNDECLARED_WORKBOOK } from "../syntax/archives.ts";
import type { Finding } from "../values/finding.ts";

const TABLES = new Set(["csv", "tsv", "xlsx"]);

/** Whether a finding of the catalogue says no more than that the file is of no other kind. */
const isOfNoKind = ({ code, found }: Finding): boolean =>
  code === "SYNTAX_UNKNOWN_FAMILY" ||
  code === "EXCHANGE_UNREADABLE" ||
  (code === "SYNTAX_ARCHIVE" && found === UNDECLARED_WORKBOOK);

/** Whether the file is a table by its name, or by the names that partners declare for theirs. */
function isTable(name: string, partners: readonly Partner[]): boolean {
  const ending = endingOf(name);
  return TABLES.has(ending) || partners.some(({ tables }) => tables.some(({ files }) => endingOf(files) === ending));
}

const endingOf = (name: string): string => /\.([^.]*)$/.exec(name)?.[1]?.toLowerCase() ?? "";

/**
 * What is wrong with a file of no other kind, whose name says that it is a table.
 * @param findings of its catalogue; they stay where they say more than that it is of no other kind
 */
export function withUndeclaredTable(
  name: string,
  partners: readonly Partner[],
  findings: readonly Finding[],
): readonly Finding[] {
  return isTable(name, partners) && findings.every(isOfNoKind) ? [undeclaredTable(name, partners)] : findings;
}

/** That no pattern fits the name, with the patterns that are declared. */
export function undeclaredTable(name: string, partners: readonly Partner[]): Finding {
  const patterns = partners.flatMap(({ code, tables }) => tables.map(({ files }) => `${files} (${code})`));
  const whose = partners.map(({ code }) => `config/partners/${code}.yaml`).join(" or ");
  return {
    code: "EXCHANGE_UNDECLARED_TABLE",
    severity: "reject",
    message: "The file is a table whose name no partner of this folder declares",
    place: { file: name, byte: 0, line: 1 },
    expected:
      patterns.length === 0
        ? "`files` under `tables:` that fit its name; none are declared"
        : `a name that \`files\` under \`tables:\` fit: ${patterns.join(", ")}`,
    found: name,
    remedy: `Add its pattern and mapping under \`tables:\` in ${whose}, e.g. { files: "plan*.csv", mapping: csv/schedule-long }, or ask for files that are named as declared`,
  };
}
