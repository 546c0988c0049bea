/** All mappings of an installation: the package's own, and those of a home, which win where the names are the same. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import type { DocumentKind } from "../documents/schemas.ts";
import type { Family } from "../syntax/segment.ts";
import { coerceError } from "../values/errors.ts";
import { checkBothWays } from "./both-ways.ts";
import { checkMapping } from "./check.ts";
import { checkDocument } from "./check-document.ts";
import type { MappingDefinition } from "./definition.ts";
import { extendsOf, mergedTree } from "./dialect.ts";
import { withoutHeldLosses } from "./held-fields.ts";
import { compileReader, type Reader, type Reading } from "./read.ts";
import { compileJsonReader } from "./read-json.ts";
import { refuse, type Spot } from "./refusal.ts";
import { readRegularFile } from "./regular-file.ts";
import { type MapTree, plainOf, readTree } from "./tree.ts";
import { versionDistance } from "./versions.ts";
import { compileWriter, type WriteContext, type WriteResult, type Writer } from "./write.ts";
import { compileJsonWriter } from "./write-json.ts";

/** A mapping ready for use, in both directions. */
export interface CompiledMapping {
  /** `x12/830`, `x12/830.nissan`. */
  readonly name: string;
  /** SHA-256 over the merged mapping: equal hashes read and write the same. */
  readonly hash: string;
  readonly document: DocumentKind;
  readonly numbers: MappingDefinition["numbers"];
  readonly layer: MappingDefinition["layer"];
  /** The file it was read from. */
  readonly file: string;
  /** Fields of the document that the message cannot hold. */
  readonly loses: readonly string[];
  readonly definition: MappingDefinition;
  /** The merged file, dialect and standard, as YAML-like rows of plain lists. */
  readonly merged: unknown;
  readonly read: Reader;
  readonly write: Writer;
}

/** What a set or message says about itself, to find its mapping. */
export interface Wanted {
  readonly family: Family;
  /** ST01, UNH 0065 or the first record's type. */
  readonly type: string;
  /** GS08 or ST03; `D:97A`. Compared by its first six characters in X12. */
  readonly version: string;
  /** GS01; ignored where it is empty or the mapping names no group. */
  readonly functionalId?: string;
  /** A partner's code: its dialect wins where there is one. */
  readonly partner?: string;
}

export interface MappingLibrary {
  named(name: string): CompiledMapping | undefined;
  /** The mapping for a message: the partner's dialect, else the standard one; undefined when there is none. */
  fitting(wanted: Wanted): CompiledMapping | undefined;
  names(): readonly string[];
}

/**
 * Reads and compiles every `<syntax>/<name>.yaml` of the folders; a file of a later folder replaces one of the same name.
 * A folder that is not there holds no mappings.
 * @throws CalloffError MAPPING_* with file, line and column
 */
export function loadMappings(folders: readonly string[]): MappingLibrary {
  const files = new Map<string, string>();
  for (const folder of folders) for (const [name, file] of mappingFiles(folder)) files.set(name, file);
  const trees = new Map([...files].map(([name, file]) => [name, readTree(file, textOf(file))] as const));
  const compiled = new Map<string, CompiledMapping>();
  for (const [name, tree] of trees)
    compiled.set(
      name,
      compileMapping(name, files.get(name) ?? name, mergedOf(name, tree, trees), extendsOf(tree) !== undefined),
    );
  return libraryOf(compiled);
}

/** Compiles one mapping from its text; dialects need the standard one's text as well. */
export function mappingFromText(
  name: string,
  text: string,
  standards: Readonly<Record<string, string>> = {},
): CompiledMapping {
  const trees = new Map(Object.entries(standards).map(([key, held]) => [key, readTree(`${key}.yaml`, held)]));
  const file = `${name}.yaml`;
  const tree = readTree(file, text);
  return compileMapping(name, file, mergedOf(name, tree, trees), extendsOf(tree) !== undefined);
}

/** A library of mappings already compiled. */
export function libraryOf(compiled: ReadonlyMap<string, CompiledMapping>): MappingLibrary {
  const names = [...compiled.keys()].toSorted();
  return {
    named: (name) => compiled.get(name),
    names: () => names,
    fitting: (wanted) => {
      const ofType = names
        .flatMap((name) => compiled.get(name) ?? [])
        .filter(
          ({ name, definition }) =>
            isOfType(definition, wanted) && [undefined, wanted.partner].includes(dialectOf(name)),
        );
      const distances = ofType.map(({ definition }) => versionDistance(definition, wanted.version));
      const least = Math.min(...distances);
      const fits = ofType.filter((_, at) => distances[at] === least && least !== Number.POSITIVE_INFINITY);
      return fits.find(({ name }) => dialectOf(name) !== undefined) ?? fits[0];
    },
  };
}

/** The partner of `x12/830.nissan`; undefined for a standard mapping. */
function dialectOf(name: string): string | undefined {
  const base = name.slice(name.lastIndexOf("/") + 1);
  const dot = base.indexOf(".");
  return dot < 0 ? undefined : base.slice(dot + 1);
}

function isOfType({ message, syntax }: MappingDefinition, wanted: Wanted): boolean {
  if (syntax !== wanted.family || message.type !== wanted.type) return false;
  const group = wanted.functionalId ?? "";
  return group === "" || message.groups.length === 0 || message.groups.includes(group);
}

function mappingFiles(folder: string): [string, string][] {
  if (!existsSync(folder)) return [];
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap((syntax) =>
        readdirSync(path.join(folder, syntax.name))
          .filter((file) => file.endsWith(".yaml") && !file.startsWith("."))
          .toSorted()
          .map((file): [string, string] => [
            `${syntax.name}/${file.slice(0, -".yaml".length)}`,
            path.join(folder, syntax.name, file),
          ]),
      );
  } catch (cause) {
    throw refuse("MAPPING_FILE", { file: folder, line: 1, column: 1 }, "The folder of mappings cannot be read", {
      remedy: "Check that the folder and its files may be read.",
      cause,
    });
  }
}

function textOf(file: string): string {
  try {
    return readRegularFile(file).toString("utf8");
  } catch (cause) {
    throw refuse("MAPPING_FILE", { file, line: 1, column: 1 }, "The mapping file cannot be read", {
      expected: "a regular file",
      found: coerceError(cause).message,
      remedy: "Check that the file may be read.",
      cause,
    });
  }
}

function against(message: string, found: string, spot: Spot, remedy: string): never {
  throw refuse("MAPPING_DIALECT", spot, message, { expected: "the name of a standard mapping", found, remedy });
}

/** A standard mapping may extend another one (`delfor-96a`), and a partner's dialect either. */
const MOST_LEVELS = 2;

function mergedOf(name: string, tree: MapTree, trees: ReadonlyMap<string, MapTree>, level = 0): MapTree {
  const parent = extendsOf(tree);
  if (parent === undefined) return tree;
  const standard = trees.get(parent.name);
  if (parent.name === name) against("A mapping cannot extend itself", name, parent.spot, "Name the standard mapping.");
  if (standard === undefined) {
    return against(
      `There is no mapping ${parent.name} to extend`,
      parent.name,
      parent.spot,
      `Use one of ${[...trees.keys()].toSorted().join(", ")}.`,
    );
  }
  if (dialectOf(parent.name) !== undefined || level >= MOST_LEVELS) {
    against(
      `${parent.name} is a dialect itself`,
      parent.name,
      parent.spot,
      "Extend a standard mapping, which may extend one other standard mapping.",
    );
  }
  return mergedTree(mergedOf(parent.name, standard, trees, level + 1), tree);
}

function compileMapping(name: string, file: string, tree: MapTree, isDialect: boolean): CompiledMapping {
  const checked = checkMapping(name, tree);
  const definition = isDialect ? withoutHeldLosses(checked) : checked;
  // A misspelt field is told as such, before it is missed elsewhere.
  checkDocument(definition, tree);
  checkBothWays(definition);
  const merged = plainOf(tree);
  const isJson = definition.syntax === "json";
  const reader = onDemand(() => (isJson ? compileJsonReader(definition) : compileReader(definition)));
  const writer = onDemand(() => (isJson ? compileJsonWriter(definition) : compileWriter(definition)));
  return {
    name,
    hash: createHash("sha256").update(JSON.stringify(merged)).digest("hex"),
    document: definition.document,
    numbers: definition.numbers,
    layer: definition.layer,
    file,
    loses: definition.loses,
    definition,
    merged,
    read: (batches, context) => reader()(batches, context),
    write: (held, context) => writer()(held, context),
  };
}

/** Makes a thing when it is first asked for: of all mappings, most processes use one or two, in one direction. */
function onDemand<Thing>(make: () => Thing): () => Thing {
  let made: Thing | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

export type { Reading, WriteContext, WriteResult };
