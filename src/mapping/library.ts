/** All mappings of an installation: the package's own, and those of a home, which win where the names are the same. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import type { Family } from "../syntax/segment.ts";
import { coerceError } from "../values/errors.ts";
import { type CompiledMapping, compileMapping, dialectOf, outlined, treesOf } from "./compiled.ts";
import { extendsOf } from "./dialect.ts";
import {
  hashOfText,
  type Outline,
  outlineOf,
  outlinesIn,
  type WrittenOutline,
  type WrittenOutlines,
} from "./outlines.ts";
import type { Reading } from "./read.ts";
import { refuse } from "./refusal.ts";
import { readRegularFile } from "./regular-file.ts";
import { versionDistance } from "./versions.ts";
import type { WriteContext, WriteResult } from "./write.ts";

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

/** Where the build of this package puts the outlines of its mappings. */
export const BUILT_OUTLINES = path.join(import.meta.dirname, "outlines.json");

/**
 * Reads every `<syntax>/<name>.yaml` of the folders; a file of a later folder replaces one of the same name, and a folder
 * that is not there holds no mappings. Those whose outline was written down are compiled when they are first used.
 * @throws CalloffError MAPPING_* with file, line and column
 */
export function loadMappings(
  folders: readonly string[],
  outlines: WrittenOutlines = outlinesIn(BUILT_OUTLINES),
): MappingLibrary {
  const files = new Map<string, string>();
  for (const folder of folders) for (const [name, file] of mappingFiles(folder)) files.set(name, file);
  const texts = new Map([...files].map(([name, file]) => [name, textOf(file)] as const));
  const treeOf = treesOf(files, texts);
  const compiled = [...files].map(([name, file]) => {
    const compile = (): CompiledMapping => compileMapping(name, file, treeOf);
    const outline = outlineOf(name, outlines, texts);
    return [name, outline === undefined ? compile() : outlined({ name, file }, outline, compile)] as const;
  });
  return libraryOf(new Map(compiled));
}

/** The outlines of all mappings of a folder, and what each is made of. @throws CalloffError MAPPING_* */
export function outlinesOf(folder: string): WrittenOutlines {
  const files = new Map(mappingFiles(folder));
  const texts = new Map([...files].map(([name, file]) => [name, textOf(file)] as const));
  const treeOf = treesOf(files, texts);
  const library = loadMappings([folder], {});
  return Object.fromEntries(
    library.names().flatMap((name): [string, WrittenOutline][] => {
      const [mapping, tree] = [library.named(name), treeOf.tree(name)];
      if (mapping === undefined || tree === undefined) return [];
      const { syntax, message, document, numbers, layer, hash } = mapping;
      const base = extendsOf(tree)?.name;
      const made = { text: hashOfText(texts.get(name) ?? ""), ...(base === undefined ? {} : { extends: base }) };
      return [[name, { syntax, message, document, numbers, layer, hash, ...made }]];
    }),
  );
}

/** Compiles one mapping from its text; dialects need the standard one's text as well. */
export function mappingFromText(
  name: string,
  text: string,
  standards: Readonly<Record<string, string>> = {},
): CompiledMapping {
  const texts = new Map([...Object.entries(standards), [name, text] as const]);
  const files = new Map([...texts.keys()].map((key) => [key, `${key}.yaml`]));
  return compileMapping(name, `${name}.yaml`, treesOf(files, texts));
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
          (mapping) => isOfType(mapping, wanted) && [undefined, wanted.partner].includes(dialectOf(mapping.name)),
        );
      const distances = ofType.map((mapping) => versionDistance(mapping, wanted.version));
      const least = Math.min(...distances);
      const fits = ofType.filter((_, at) => distances[at] === least && least !== Number.POSITIVE_INFINITY);
      return fits.find(({ name }) => dialectOf(name) !== undefined) ?? fits[0];
    },
  };
}

function isOfType({ message, syntax }: Outline, wanted: Wanted): boolean {
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

export type { CompiledMapping, Reading, WriteContext, WriteResult };
