import path from "node:path";
import type { Command } from "commander";
import type { CheckedFile, CheckedInterchange, CheckedSet } from "../answers/check-file.ts";
import { checkFile } from "../answers/check-file.ts";
import { loadConfiguration } from "../config/configuration.ts";
import { packageRoot } from "../config/package-root.ts";
import type { Partner } from "../config/partner.ts";
import { isHome } from "../gateway/folders.ts";
import { loadMappings } from "../mapping/library.ts";
import { fileSource } from "../syntax/sources.ts";
import { EXIT } from "../values/errors.ts";
import { type Finding, findingInWords } from "../values/finding.ts";
import { answers, type Invocation, notFound, usage } from "./frame.ts";
import { homeOf } from "./home.ts";
import { counted, factsInWords, oneLine, tableInWords } from "./words.ts";

interface CheckOptions {
  readonly partner?: string;
  readonly lenient?: string;
  readonly documents?: boolean;
}

const LENIENCES = ["counts"];

export function declareCheck(command: Command): void {
  command
    .argument("<file>", "the file to read")
    .option("--partner <code>", "whose file it is: his dialects, and what would be held and why")
    .option("--lenient <list>", `faults to tolerate, comma between: ${LENIENCES.join(", ")}`)
    .option("--documents", "show the documents in full, too");
  answers(command, async (invocation, options: CheckOptions, file = "") => {
    const lenient = leniences(options.lenient);
    const settings = settingsFor(invocation, options);
    const source = fileSource(invocation.pathOf(file));
    try {
      const named = { name: file, size: source.size, read: source.read.bind(source) };
      const checked = await checkFile(named, { ...settings, lenient });
      const preview =
        settings.partner === undefined ? undefined : await previewed(invocation, settings.partner, checked);
      return {
        document: preview === undefined ? checked : { ...checked, preview: preview.lines },
        words: checkedInWords(checked, options.documents === true, preview?.words),
        exit: checked.valid ? EXIT.done : EXIT.badFile,
      };
    } finally {
      source.close();
    }
  });
}

/** The database is only touched where it was said whose file it is. */
async function previewed(invocation: Invocation, partner: Partner, checked: CheckedFile) {
  const { previewInWords, previewOf } = await import("./check-preview.ts");
  const lines = await previewOf(invocation, partner, checked);
  return { lines, words: previewInWords(lines) };
}

function leniences(list: string | undefined): string[] {
  const given = list === undefined ? [] : list.split(",").map((one) => one.trim());
  const strange = given.find((one) => !LENIENCES.includes(one));
  if (strange === undefined) return given;
  throw usage("--lenient names something that cannot be tolerated", {
    place: { field: "--lenient" },
    expected: `one or more of ${LENIENCES.join(", ")}, comma between`,
    found: strange,
    remedy: "Correct the list",
  });
}

/** The home's partners and mappings where there is a home, else the package's mappings. */
function settingsFor(invocation: Invocation, { partner: code }: CheckOptions) {
  if (code === undefined && !isHome(invocation.home)) {
    return { library: loadMappings([path.join(packageRoot(), "mappings")]), partner: undefined };
  }
  const config = loadConfiguration(homeOf(invocation));
  const partner = code === undefined ? undefined : config.partners.get(code);
  if (code !== undefined && partner === undefined) throw notFound("partner", code, "See calloff partner list");
  return {
    library: config.mappings,
    partner,
    partners: [...config.partners.values()],
    environment: config.gateway.environment,
  };
}

function checkedInWords(checked: CheckedFile, documents: boolean, preview: string | undefined): string {
  const sets = checked.interchanges.flatMap((held) => held.groups.flatMap((group) => group.sets));
  return [
    factsInWords([
      ["file", checked.file],
      ["family", checked.family === "" ? "none that is read here" : checked.family],
      ["size", counted(checked.size, "byte")],
      ["segments", segmentsInWords(checked.segments)],
    ]),
    ...checked.interchanges.map(interchangeInWords),
    ...findingsInWords("findings on the file", checked.findings),
    ...sets.map((set) => setInWords(set, documents)),
    ...(preview === undefined ? [] : ["\n", preview]),
    `\n${verdictInWords(checked, sets)}\n`,
  ].join("");
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
      `${group.functionalId} ${group.control}`,
      set.type,
      set.control,
      set.version,
      set.mapping,
      set.segments,
      set.outcome,
    ]),
  );
  return [
    `\ninterchange ${held.ordinal}: ${held.control} from ${identityInWords(held.sender)} to ${identityInWords(held.receiver)}, sent ${held.sentOn}${held.test ? ", a test" : ""}\n`,
    secondReaderInWords(held),
    tableInWords(["GROUP", "TYPE", "SET", "VERSION", "MAPPING", ">SEGMENTS", "OUTCOME"], rows, "It has no sets."),
    ...findingsInWords("findings on its envelope", held.findings),
    ...held.groups.flatMap((group) => findingsInWords(`findings on group ${group.control}`, group.findings)),
  ].join("");
}

function secondReaderInWords({ secondReader }: CheckedInterchange): string {
  if (secondReader === undefined) return "";
  const { agrees, differences, note } = secondReader;
  const known =
    differences.length === 0
      ? ""
      : ` (${counted(differences.length, "difference")}${agrees ? ", all of them known defects of it" : ""})`;
  return `second reader ${secondReader.name}: ${note ?? `${agrees ? "agrees" : "reads it differently"}${known}`}\n`;
}

function setInWords(set: CheckedSet, documents: boolean): string {
  const unmapped = set.unmapped.map((place) => [
    place.line,
    `${place.tag}${String(place.element).padStart(2, "0")}${place.component === undefined ? "" : `-${place.component}`}`,
    place.count,
    place.found,
  ]);
  return [
    ...findingsInWords(`findings on set ${set.ordinal} (${set.type} ${set.control})`, set.findings),
    unmapped.length === 0
      ? ""
      : `\nelements of set ${set.ordinal} that no field names\n${tableInWords(["LINE", "ELEMENT", ">TIMES", "FIRST"], unmapped, "")}`,
    documents ? `\ndocument of set ${set.ordinal}\n${JSON.stringify(set.document, undefined, 2)}\n` : "",
  ].join("");
}

const findingsInWords = (title: string, findings: readonly Finding[]): string[] =>
  findings.length === 0
    ? []
    : [`\n${title}\n`, ...findings.map((finding) => `  ${finding.severity}: ${oneLine(findingInWords(finding))}\n`)];

function verdictInWords({ valid }: CheckedFile, sets: readonly CheckedSet[]): string {
  if (valid) return `The file is valid: ${counted(sets.length, "set")}. Nothing was changed.`;
  const unmapped = sets.filter(({ outcome }) => outcome === "no mapping").length;
  if (unmapped > 0 && unmapped === sets.length)
    return "No mapping: the file is of a kind that is not read here. Nothing was changed.";
  return "The file is not valid. Nothing was changed.";
}
