/** Which mapping reads a message, and why the others do not: one sentence for each that comes near. */
import { layoutOf } from "../exchange/tables.ts";
import { dialectOf } from "../mapping/compiled.ts";
import type { CompiledMapping, MappingLibrary, Wanted } from "../mapping/library.ts";
import { versionDistance } from "../mapping/versions.ts";
import { catalogueOf } from "../syntax/catalogue.ts";
import type { ByteSource, Catalogue } from "../syntax/segment.ts";
import { segmentsOf } from "../syntax/set-reader.ts";
import { editDistance } from "../values/nearest.ts";

/** A mapping that was thought of. */
export interface Candidate {
  readonly mapping: string;
  readonly fits: boolean;
  /** Why it reads the message, or why not. */
  readonly reason: string;
}

/** Messages whose names are that near are thought of when no mapping is for the type itself. */
const NEAR = 2;

/** The mappings of a message's type, its own first; where there are none, those of types with a name like it. */
export function candidatesFor(
  library: MappingLibrary,
  wanted: Wanted,
  chosen: CompiledMapping | undefined,
  isNamed: boolean,
): Candidate[] {
  const all = library.names().flatMap((name) => library.named(name) ?? []);
  const ofFamily = all.filter(({ syntax }) => syntax === wanted.family);
  const ofType = ofFamily.filter(({ message }) => message.type === wanted.type);
  const near = ofFamily.filter(({ message }) => editDistance(message.type, wanted.type) <= NEAR);
  const others = (ofType.length > 0 ? ofType : near).filter((mapping) => mapping !== chosen);
  const own: Candidate[] =
    chosen === undefined ? [] : [{ mapping: chosen.name, fits: true, reason: whyChosen(chosen, wanted, isNamed) }];
  return [
    ...own,
    ...others.map((mapping) => ({ mapping: mapping.name, fits: false, reason: whyNot(mapping, wanted, chosen) })),
  ];
}

function whyChosen(mapping: CompiledMapping, wanted: Wanted, isNamed: boolean): string {
  if (isNamed) return `named for ${wanted.type} in the partner's file`;
  const { message } = mapping;
  const versions = versionsInWords(mapping);
  if (versionDistance(mapping, wanted.version) > 0) {
    return `for ${message.type} of ${versions}; nearest to ${wanted.version}`;
  }
  const dialect = dialectOf(mapping.name);
  const whose = dialect === undefined ? "" : `, the dialect of ${dialect}`;
  return `for ${message.type}${versions === "" ? "" : ` of ${versions}`}${whose}`;
}

function whyNot(mapping: CompiledMapping, wanted: Wanted, chosen: CompiledMapping | undefined): string {
  const { name, message } = mapping;
  if (message.type !== wanted.type) return `is for ${message.type}, and this is ${wanted.type}`;
  const group = wanted.functionalId ?? "";
  if (group !== "" && message.groups.length > 0 && !message.groups.includes(group)) {
    return `is for groups ${message.groups.join(", ")}, and this one is ${group}`;
  }
  const dialect = dialectOf(name);
  if (dialect !== undefined && dialect !== wanted.partner) return `is the dialect of ${dialect}`;
  const distance = versionDistance(mapping, wanted.version);
  if (distance > 0)
    return `is for versions ${versionsInWords(mapping)}, and this one is ${wanted.version === "" ? "not stated" : wanted.version}`;
  return chosen === undefined ? "fits no better" : `fits as well, but ${chosen.name} comes first`;
}

const versionsInWords = ({ message }: CompiledMapping): string =>
  message.versions.map(({ from, to }) => (from === to ? from : `${from} to ${to}`)).join(", ");

/** A table that nobody declared, read by the mapping whose columns it has. */
export interface TableFit {
  readonly catalogue: Catalogue | undefined;
  readonly mapping: CompiledMapping | undefined;
  readonly candidates: readonly Candidate[];
}

/** Tries a file of no other kind as the table of each mapping of tables: it fits one whose columns it has, the one with the most of them. */
export function tableFit(source: ByteSource, library: MappingLibrary, named: string | undefined): TableFit {
  const tables = library
    .names()
    .flatMap((name) => library.named(name) ?? [])
    .filter(({ name, syntax }) => syntax === "csv" && (named === undefined || name === named));
  const tried = tables.map((mapping) => tryTable(source, mapping));
  const fitting = tried
    .filter(({ missing, found }) => missing.length === 0 && found > 0)
    .toSorted((one, other) => other.found - one.found)[0];
  const candidates = tried
    .filter((one) => one.found > 0 || one === fitting)
    .map((one): Candidate => {
      const { mapping, missing } = one;
      if (one === fitting) return { mapping: mapping.name, fits: true, reason: "for tables with these columns" };
      const reason =
        missing.length > 0
          ? `lacks the ${missing.length === 1 ? "column" : "columns"} ${missing.join(", ")}`
          : "fewer of its columns are there";
      return { mapping: mapping.name, fits: false, reason };
    })
    .toSorted((one, other) => Number(other.fits) - Number(one.fits));
  const byName = named === undefined ? undefined : tried[0];
  return { catalogue: (fitting ?? byName)?.catalogue, mapping: (fitting ?? byName)?.mapping, candidates };
}

interface TriedTable {
  readonly mapping: CompiledMapping;
  readonly catalogue: Catalogue;
  /** Columns of the mapping that the table has, and headings of those that it lacks. */
  readonly found: number;
  readonly missing: readonly string[];
}

function tryTable(source: ByteSource, mapping: CompiledMapping): TriedTable {
  const { message } = mapping;
  const catalogue = catalogueOf(source, { table: layoutOf(message, mapping.name) });
  const headings = new Set(headerOf(source, catalogue).map(folded));
  const needed = message.headings.filter((_, at) => !message.optional.includes(message.headers[at] ?? ""));
  return {
    mapping,
    catalogue,
    found: message.headings.filter((heading) => headings.has(folded(heading))).length,
    missing: needed.filter((heading) => !headings.has(folded(heading))),
  };
}

const folded = (heading: string): string => heading.trim().toUpperCase();

function headerOf(source: ByteSource, { interchanges }: Catalogue): readonly string[] {
  const [entry] = interchanges;
  const set = entry?.groups[0]?.sets[0];
  if (entry === undefined || set === undefined) return [];
  for (const batch of segmentsOf(source, entry, set)) {
    const [header] = batch;
    if (header !== undefined) return header.elements.slice(1);
  }
  return [];
}
