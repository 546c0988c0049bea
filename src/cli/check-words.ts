/** What `calloff check` says to a person. */

import type { Candidate } from "../answers/check-fit.ts";
import type { CheckedFile, CheckedFinding, CheckedInterchange, CheckedSet } from "../answers/checked-file.ts";
import { placeInWords } from "../values/finding.ts";
import { documentInWords } from "./check-documents.ts";
import { counted, factsInWords, oneLine, tableInWords } from "./words.ts";

/** Findings of one place that are told in full; the rest is counted. */
const MOST_FINDINGS = 50;

/** @param documents whether documents are shown as JSON, too */
export function checkedInWords(checked: CheckedFile, documents: boolean, preview: string | undefined): string {
  const sets = checked.interchanges.flatMap((held) => held.groups.flatMap((group) => group.sets));
  return [
    factsInWords([
      ["file", checked.file],
      ["is", kindInWords(checked, sets)],
      ["size", counted(checked.size, "byte")],
      ["segments", segmentsInWords(checked.segments)],
    ]),
    candidatesInWords("mappings of tables", checked.candidates),
    ...checked.interchanges.map(interchangeInWords),
    ...findingsInWords("findings on the file", checked.findings),
    ...sets.map((set) => setInWords(set, documents)),
    ...(preview === undefined ? [] : ["\n", preview]),
    `\n${verdictInWords(checked, sets)}\n`,
  ].join("");
}

const FAMILIES: Readonly<Record<string, string>> = {
  x12: "X12",
  edifact: "EDIFACT",
  fixed: "VDA, fixed records",
  csv: "a table",
  json: "JSON, canonical documents",
};
const MESSAGES: Readonly<Record<string, string>> = {
  "830": "planning schedule",
  "862": "shipping schedule",
  "866": "production sequence",
  "856": "ship notice",
  "810": "invoice",
  "850": "purchase order",
  "855": "purchase order acknowledgement",
  "860": "purchase order change",
  "861": "receiving advice",
  "820": "remittance advice",
  "824": "application advice",
  "997": "functional acknowledgement",
  "999": "implementation acknowledgement",
  DELFOR: "delivery schedule",
  DELJIT: "just-in-time delivery",
  DESADV: "despatch advice",
  INVOIC: "invoice",
  RECADV: "receiving advice",
  REMADV: "remittance advice",
  APERAK: "application error",
  CONTRL: "syntax report",
  ORDERS: "purchase order",
  ORDRSP: "purchase order response",
  "511": "4905 delivery call-off",
  "551": "4915 detailed call-off",
  "711": "4913 delivery note",
  "811": "4906 invoice",
};

/** `X12 00401: 2 × 830 (planning schedule), 997 (functional acknowledgement)`. */
function kindInWords({ family, interchanges }: CheckedFile, sets: readonly CheckedSet[]): string {
  if (family === "") return "of no kind that is read here";
  const counts = new Map<string, number>();
  for (const { type } of sets) counts.set(type, (counts.get(type) ?? 0) + 1);
  const messages = [...counts].map(([type, count]) => {
    const name = MESSAGES[type] === undefined ? type : `${type} (${MESSAGES[type]})`;
    return count === 1 ? name : `${count} × ${name}`;
  });
  const syntax = [...new Set(interchanges.map(({ version }) => version).filter((version) => version !== ""))].join(
    ", ",
  );
  const acknowledged = interchanges.reduce((sum, { ta1 = [] }) => sum + ta1.length, 0);
  if (acknowledged > 0)
    messages.unshift(`${acknowledged > 1 ? `${acknowledged} × ` : ""}TA1 (interchange acknowledgement)`);
  const head = `${FAMILIES[family] ?? family}${syntax === "" ? "" : ` ${syntax}`}`;
  return messages.length === 0 || family === "csv" ? head : `${head}: ${messages.join(", ")}`;
}

function segmentsInWords({ read, envelope, mapped, unknown, withoutMapping }: CheckedFile["segments"]): string {
  const parts = [`${envelope} of envelopes`, `${mapped} mapped`, `${unknown} unknown`];
  if (withoutMapping > 0) parts.push(`${withoutMapping} without a mapping`);
  return `${read} read = ${parts.join(" + ")}`;
}

const identityInWords = ({ qualifier, id }: CheckedInterchange["sender"]): string =>
  [qualifier.trim(), id.trim()].filter((part) => part !== "").join("/");

function interchangeInWords(held: CheckedInterchange): string {
  const rows = held.groups.flatMap((group) =>
    group.sets.map((set) => [
      `${group.functionalId} ${group.control}`.trim(),
      set.type,
      set.control,
      set.version,
      set.mapping,
      set.segments,
      set.outcome,
    ]),
  );
  const parties = [
    ["from", identityInWords(held.sender)],
    ["to", identityInWords(held.receiver)],
  ].map(([word, who]) => (who === "" ? "" : ` ${word} ${who}`));
  const sent = held.sentOn === "" ? "" : `, sent ${held.sentOn}`;
  return [
    `\n${oneLine(`interchange ${held.ordinal}: ${held.control}${parties.join("")}${sent}${held.test ? ", a test" : ""}`)}\n`,
    secondReaderInWords(held),
    tableInWords(["GROUP", "TYPE", "SET", "VERSION", "MAPPING", ">SEGMENTS", "OUTCOME"], rows, "It has no sets."),
    acknowledgedInWords(held),
    ...findingsInWords("findings on its envelope", held.findings),
    ...held.groups.flatMap((group) => findingsInWords(`findings on group ${group.control}`, group.findings)),
  ].join("");
}

const STATUSES: Readonly<Record<string, string>> = { A: "accepted", E: "accepted with errors", R: "rejected" };

/** What the interchange's TA1 segments say of others. */
function acknowledgedInWords({ ta1 = [] }: CheckedInterchange): string {
  if (ta1.length === 0) return "";
  const rows = ta1.map(({ control, date, note, status, time }) => [
    control,
    date,
    time,
    `${status} ${STATUSES[status] ?? ""}`.trim(),
    note,
  ]);
  return `\n${tableInWords(["TA1 OF INTERCHANGE", "DATE", "TIME", "STATUS", "NOTE"], rows, "")}`;
}

function secondReaderInWords({ secondReader }: CheckedInterchange): string {
  if (secondReader === undefined) return "";
  const { agrees, differences, note } = secondReader;
  const known =
    differences.length === 0
      ? ""
      : ` (${counted(differences.length, "difference")}${agrees ? ", all of them known defects of it" : ""})`;
  const first = agrees ? undefined : differences[0];
  const where =
    first === undefined
      ? ""
      : `: segment ${first.segment}, element ${first.element ?? 0}: we read ${JSON.stringify(first.ours)}, it reads ${JSON.stringify(first.theirs)}`;
  return oneLine(
    `second reader ${secondReader.name}: ${note ?? `${agrees ? "agrees" : "reads it differently"}${known}${where}`}`,
  ).concat("\n");
}

function candidatesInWords(title: string, candidates: readonly Candidate[]): string {
  if (candidates.length === 0) return "";
  const rows = candidates.map(({ mapping, fits, reason }) => [fits ? "fits" : "no", mapping, reason]);
  return `\n${title}\n${tableInWords(["", "MAPPING", "BECAUSE"], rows, "")}`;
}

function setInWords(set: CheckedSet, documents: boolean): string {
  const name = `set ${set.ordinal} (${`${set.type} ${set.control}`.trim()})`;
  const unmapped = set.unmapped.map((place) => [
    place.line,
    `${place.tag}${String(place.element).padStart(2, "0")}${place.component === undefined ? "" : `-${place.component}`}`,
    place.count,
    place.found,
  ]);
  // Where there is one mapping and it fits, the table of sets has said so.
  const isPlain = set.candidates.length === 1 && set.candidates[0]?.fits === true;
  const table = documentInWords(set.kind, set.document);
  return [
    isPlain ? "" : candidatesInWords(`mappings for ${name}`, set.candidates),
    table === "" ? "" : `\n${set.kind.replace("-", " ")} of ${name}\n${table}`,
    ...findingsInWords(`findings on ${name}`, set.findings),
    unmapped.length === 0
      ? ""
      : `\nelements of set ${set.ordinal} that no field names\n${tableInWords(["LINE", "ELEMENT", ">TIMES", "FIRST"], unmapped, "")}`,
    documents ? `\ndocument of set ${set.ordinal}\n${JSON.stringify(set.document, undefined, 2)}\n` : "",
  ].join("");
}

function findingsInWords(title: string, findings: readonly CheckedFinding[]): string[] {
  if (findings.length === 0) return [];
  const shown = findings.slice(0, MOST_FINDINGS).map(findingInLines);
  const more =
    findings.length > MOST_FINDINGS
      ? [`  … and ${findings.length - MOST_FINDINGS} more; --json has all of them\n`]
      : [];
  return [`\n${title}\n`, ...shown, ...more];
}

/** The finding with the line of the file, a caret under the byte, and what to do. */
function findingInLines({
  code,
  severity,
  message,
  place,
  expected,
  found,
  remedy,
  shown,
  suggestion,
}: CheckedFinding): string {
  // The file has been named at the top.
  const { file: _, ...inFile } = place;
  const where = placeInWords(inFile);
  const lines = [`${severity}: ${code}${where === "" ? "" : ` at ${where}`}: ${message}`];
  if (shown !== undefined) {
    const number = String(place.line ?? "");
    lines.push(
      `  ${number} | ${shown.text}`,
      `  ${" ".repeat(number.length)} | ${" ".repeat(shown.column)}${"^".repeat(Math.max(1, shown.length))}`,
    );
  }
  if (expected !== undefined) lines.push(`  expected  ${expected}`);
  if (found !== undefined) lines.push(`  found     ${found === "" ? "nothing" : found}`);
  if (suggestion !== undefined) lines.push(`  perhaps   ${suggestion}`);
  if (remedy !== undefined) lines.push(`  do        ${remedy}`);
  return lines.map((line) => `  ${oneLine(line)}\n`).join("");
}

function verdictInWords({ valid }: CheckedFile, sets: readonly CheckedSet[]): string {
  if (valid) return `The file is valid: ${counted(sets.length, "set")}. Nothing was changed.`;
  const unmapped = sets.filter(({ outcome }) => outcome === "no mapping").length;
  if (unmapped > 0 && unmapped === sets.length)
    return "No mapping: the file is of a kind that is not read here. Nothing was changed.";
  return "The file is not valid. Nothing was changed.";
}
