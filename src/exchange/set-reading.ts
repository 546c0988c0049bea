/** Reading a file's catalogue and its sets: pure work on bytes, done in this process or in a worker by the same functions. */

import type { CompiledMapping, MappingLibrary } from "../mapping/library.ts";
import { catalogueOf } from "../syntax/catalogue.ts";
import type { Catalogue, InterchangeEntry, SetEntry, TableLayout } from "../syntax/segment.ts";
import { segmentsOf } from "../syntax/set-reader.ts";
import { fileSource } from "../syntax/sources.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import type { Finding } from "../values/finding.ts";
import { misfitsOf } from "./document-fit.ts";

/** One set of a file, and how it is to be read; plain data. */
export interface SetRequest {
  /** Path of the bytes. */
  readonly path: string;
  /** Name of the file in findings. */
  readonly file: string;
  readonly interchange: Pick<InterchangeEntry, "family" | "delimiters" | "version" | "sentOn" | "table">;
  readonly set: SetEntry;
  /** Name of the mapping. */
  readonly mapping: string;
  readonly charset: string;
  readonly lenient: readonly string[];
}

/** What reading one set gave; plain data. */
export interface SetReading {
  readonly mapping: string;
  readonly hash: string;
  /** What the document is, e.g. `delivery-schedule`. */
  readonly kind: string;
  /** The canonical document, as far as it could be read; it fits its kind unless a finding rejects. */
  readonly document: unknown;
  readonly findings: readonly Finding[];
}

export interface Reader {
  /** @param table how the file is laid out, where its partner's file declares it a table */
  catalogue(path: string, file: string, table?: TableLayout): Promise<Catalogue>;
  readSet(request: SetRequest): Promise<SetReading>;
  /** Asked between any two steps of long work: @throws CalloffError READER_STOPPED once the gateway stops */
  goOn?(): void;
}

/** Pass one over the bytes at `path`. */
export function readCatalogue(path: string, file: string, table?: TableLayout): Catalogue {
  const source = fileSource(path);
  try {
    const named = { name: file, size: source.size, read: source.read.bind(source) };
    return catalogueOf(named, table === undefined ? {} : { table });
  } finally {
    source.close();
  }
}

/**
 * Pass two over one set.
 * @throws CalloffError EXCHANGE_NO_MAPPING when the library has no mapping of that name
 */
export function readSetWith(library: MappingLibrary, request: SetRequest): SetReading {
  const mapping = mappingNamed(library, request.mapping);
  const source = fileSource(request.path);
  try {
    const { document, findings } = mapping.read(segmentsOf(source, request.interchange, request.set), {
      family: request.interchange.family,
      delimiters: request.interchange.delimiters,
      version: request.set.version,
      charset: request.charset,
      sentOn: request.interchange.sentOn,
      file: request.file,
      lenient: request.lenient,
    });
    const kind = mapping.document;
    const misfits = findings.some(({ severity }) => severity === "reject") ? [] : misfitsOf(kind, document, request);
    return { mapping: mapping.name, hash: mapping.hash, kind, document, findings: [...findings, ...misfits] };
  } finally {
    source.close();
  }
}

function mappingNamed(library: MappingLibrary, name: string): CompiledMapping {
  const mapping = library.named(name);
  if (mapping !== undefined) return mapping;
  throw new CalloffError("EXCHANGE_NO_MAPPING", `There is no mapping ${name}`, {
    expected: `one of ${library.names().join(", ")}`,
    found: name,
    remedy: "Correct `mappings` in the partner's file, or write the mapping",
    exit: EXIT.badFile,
  });
}

/** A reader that works in this process: for tests and for single files. */
export function inProcessReader(library: MappingLibrary): Reader {
  return {
    catalogue: async (path, file, table) => readCatalogue(path, file, table),
    readSet: async (request) => readSetWith(library, request),
  };
}
