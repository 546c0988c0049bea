/**
 * `npm run losses -- [NAME …] [--mappings DIR] [--seed 1] [--write]`: what each mapping loses, found by writing every field of its document and reading it back.
 * With --write the list is put into the mapping's file.
 * Prints the list that stands or should stand under `loses:`, and every field or document that comes back as another one.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { loadMappings } from "../../src/mapping/library.ts";
import { exactLoses, isListed, isLost, lossesOf } from "../round-trips/losses.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mappings: { type: "string", default: path.resolve(import.meta.dirname, "../../mappings") },
    seed: { type: "string", default: "1" },
    write: { type: "boolean", default: false },
  },
});
const LONGEST = 600;
const print = (text: string): void => void process.stdout.write(`${text}\n`);
const short = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text);

/** The list in rows of a mapping file's width. */
function listInYaml(fields: readonly string[]): string {
  if (fields.length === 0) return "";
  const rows = [""];
  for (const field of fields) {
    const row = rows.at(-1) ?? "";
    if (row.length + field.length > 130) rows.push(`${field}, `);
    else rows[rows.length - 1] = `${row}${field}, `;
  }
  const list = rows.map((row) => row.trimEnd());
  const last = (list.pop() ?? "").replace(/,$/, "");
  return list.length === 0
    ? `loses: [ ${last} ]`
    : `loses: [\n${[...list, last].map((row) => `  ${row}`).join("\n")}\n]`;
}

/** A mapping's text with another list of losses, which stands before the lines. */
function withLoses(text: string, list: string): string {
  const rest = text.replace(/^loses:[^[\n]*\[[^\]]*\][^\n]*\n/m, "");
  return list === "" ? rest : rest.replace(/^lines:/m, `${list}\nlines:`);
}

const library = loadMappings([path.resolve(values.mappings)]);

for (const name of positionals.length === 0 ? library.names() : positionals) {
  const mapping = library.named(name);
  if (mapping === undefined) throw new Error(`there is no mapping ${name}; there are ${library.names().join(", ")}`);
  const losses = lossesOf(mapping, Number(values.seed));
  const { evidence, differences, written, tried } = losses;
  print(`\n# ${name}: ${written} of ${tried} documents of many fields were written`);
  const exact = listInYaml(exactLoses(losses));
  print(exact);
  const all = [...evidence.keys()];
  const unlisted = all.filter((field) => isLost(losses, field) && !isListed(mapping.loses, field));
  const survivors = all.filter((field) => !isLost(losses, field) && isListed(mapping.loses, field));
  if (unlisted.length > 0) print(short(`- lost, and not listed: ${unlisted.join(", ")}`));
  if (survivors.length > 0) print(short(`- listed, and survive: ${survivors.join(", ")}`));
  if (values.write) writeFileSync(mapping.file, withLoses(readFileSync(mapping.file, "utf8"), exact));
  for (const { path: field, survived, lost, refused, example } of evidence.values()) {
    if (survived > 0 && lost > 0) print(short(`- ${field} is lost at times: ${example}`));
    if (survived === 0 && refused > 0 && !isListed(mapping.loses, field))
      print(short(`- ${field} is never written: ${example}`));
    if (survived === 0 && refused === 0 && example.startsWith("unread"))
      print(short(`- ${field} is never read: ${example}`));
  }
  for (const difference of [...new Set(differences)].slice(0, 8)) print(short(`- ${difference}`));
}
