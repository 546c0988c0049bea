/** One mapping, compiled from its file and what that extends. */
import { createHash } from "node:crypto";
import { checkBothWays } from "./both-ways.ts";
import { checkMapping } from "./check.ts";
import { checkDocument } from "./check-document.ts";
import type { MappingDefinition } from "./definition.ts";
import { extendsOf, mergedTree } from "./dialect.ts";
import { withoutHeldLosses } from "./held-fields.ts";
import { knownSums } from "./known-sums.ts";
import type { Outline } from "./outlines.ts";
import { compileReader, type Reader } from "./read.ts";
import { compileJsonReader } from "./read-json.ts";
import { refuse, type Spot } from "./refusal.ts";
import { type MapTree, plainOf, readTree } from "./tree.ts";
import { compileWriter, type Writer } from "./write.ts";
import { compileJsonWriter } from "./write-json.ts";

/** A mapping ready for use, in both directions. What is not of its outline is made when it is first asked for. */
export interface CompiledMapping extends Outline {
  /** `x12/830`, `x12/830.nissan`. */
  readonly name: string;
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

/** The mappings' files as trees, each read when it is first asked for. */
export interface Trees {
  tree(name: string): MapTree | undefined;
  names(): readonly string[];
}

export function treesOf(files: ReadonlyMap<string, string>, texts: ReadonlyMap<string, string>): Trees {
  const trees = new Map(
    [...texts].map(([name, text]) => [name, onDemand(() => readTree(files.get(name) ?? name, text))] as const),
  );
  return { tree: (name) => trees.get(name)?.(), names: () => [...trees.keys()].toSorted() };
}

/** The partner of `x12/830.nissan`; undefined for a standard mapping. */
export function dialectOf(name: string): string | undefined {
  const base = name.slice(name.lastIndexOf("/") + 1);
  const dot = base.indexOf(".");
  return dot < 0 ? undefined : base.slice(dot + 1);
}

function against(message: string, found: string, spot: Spot, remedy: string): never {
  throw refuse("MAPPING_DIALECT", spot, message, { expected: "the name of a standard mapping", found, remedy });
}

/** A standard mapping may extend another one (`delfor-96a`), and a partner's dialect either. */
const MOST_LEVELS = 2;

function mergedOf(name: string, trees: Trees, level = 0): MapTree {
  const tree = trees.tree(name);
  if (tree === undefined) throw new Error(`the mapping ${name} is there`);
  const parent = extendsOf(tree);
  if (parent === undefined) return tree;
  if (parent.name === name) against("A mapping cannot extend itself", name, parent.spot, "Name the standard mapping.");
  const standard = trees.tree(parent.name);
  if (standard === undefined) {
    return against(
      `There is no mapping ${parent.name} to extend`,
      parent.name,
      parent.spot,
      `Use one of ${trees.names().join(", ")}.`,
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
  return mergedTree(mergedOf(parent.name, trees, level + 1), tree);
}

/** @throws CalloffError MAPPING_* with file, line and column */
export function compileMapping(name: string, file: string, trees: Trees): CompiledMapping {
  const own = trees.tree(name);
  const tree = mergedOf(name, trees);
  const checked = checkMapping(name, tree);
  const isDialect = own !== undefined && extendsOf(own) !== undefined;
  const definition = isDialect ? withoutHeldLosses(checked) : checked;
  // A misspelt field is told as such, before it is missed elsewhere.
  checkDocument(definition, tree);
  checkBothWays(definition);
  const merged = plainOf(tree);
  const isJson = definition.syntax === "json";
  const reader = onDemand(() => (isJson ? compileJsonReader(definition) : compileReader(definition)));
  const writer = onDemand(() => (isJson ? compileJsonWriter(definition) : compileWriter(definition)));
  const withKnownSums = onDemand(() => knownSums(definition));
  const { syntax, message, document, numbers, layer, loses } = definition;
  const hash = createHash("sha256").update(JSON.stringify(merged)).digest("hex");
  return {
    name,
    file,
    hash,
    syntax,
    message,
    document,
    numbers,
    layer,
    loses,
    definition,
    merged,
    read: (batches, context) => withKnownSums()(reader()(batches, context)),
    write: (held, context) => writer()(held, context),
  };
}

/** A mapping whose outline is known: the rest is compiled when it is first used. */
export function outlined(
  { name, file }: Pick<CompiledMapping, "name" | "file">,
  outline: Outline,
  compile: () => CompiledMapping,
): CompiledMapping {
  const whole = onDemand(compile);
  return {
    ...outline,
    name,
    file,
    get loses() {
      return whole().loses;
    },
    get definition() {
      return whole().definition;
    },
    get merged() {
      return whole().merged;
    },
    read: (batches, context) => whole().read(batches, context),
    write: (held, context) => whole().write(held, context),
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
