/** One reading of one file by one reader, in a process of its own: prints what it took as one line of JSON. */
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { Transform } from "node:stream";
import { parse as csvParse } from "csv-parse";
import EdifactParser from "edifact/parser.js";
import { X12parser } from "x12-parser";
import { layoutOf } from "../src/exchange/tables.ts";
import { loadMappings, type MappingLibrary } from "../src/mapping/library.ts";
import { catalogueOf } from "../src/syntax/catalogue.ts";
import { charsetOf } from "../src/syntax/charsets.ts";
import type { CatalogueOptions } from "../src/syntax/segment.ts";
import { segmentsOf } from "../src/syntax/set-reader.ts";
import { fileSource } from "../src/syntax/sources.ts";

/** What a reader counted: segments, and documents where it makes them. */
interface Counted {
  readonly segments: number;
  readonly documents: number;
}

/** A file of that name is a table, laid out as this mapping says. */
const TABLE = { end: ".csv", mapping: "csv/schedule-long" } as const;
const isTable = (file: string): boolean => file.endsWith(TABLE.end);

const ownMappings = (): MappingLibrary => loadMappings([path.resolve(import.meta.dirname, "../mappings")]);

function optionsFor(file: string, library: MappingLibrary): CatalogueOptions {
  const mapping = isTable(file) ? library.named(TABLE.mapping) : undefined;
  return mapping === undefined ? {} : { table: layoutOf(mapping.message, mapping.name) };
}

/** Catalogue, then every set's segments cut into elements. */
function byTokenizer(file: string, library: MappingLibrary): Counted {
  const source = fileSource(file);
  let segments = 0;
  for (const interchange of catalogueOf(source, optionsFor(file, library)).interchanges) {
    for (const set of interchange.groups.flatMap((group) => group.sets)) {
      for (const batch of segmentsOf(source, interchange, set)) segments += batch.length;
    }
  }
  source.close();
  return { segments, documents: 0 };
}

/** Catalogue, then every set mapped to its canonical document. */
function toDocuments(file: string, library: MappingLibrary): Counted {
  const source = fileSource(file);
  let segments = 0;
  let documents = 0;
  for (const interchange of catalogueOf(source, optionsFor(file, library)).interchanges) {
    const { delimiters, family, sentOn } = interchange;
    for (const group of interchange.groups) {
      for (const set of group.sets) {
        const { type, version } = set;
        const mapping = isTable(file)
          ? library.named(TABLE.mapping)
          : library.fitting({ family, type, version, functionalId: group.functionalId });
        if (mapping === undefined) throw new Error(`no mapping for ${type} ${version}`);
        const context = { family, delimiters, version, charset: charsetOf(interchange), sentOn };
        const reading = mapping.read(segmentsOf(source, interchange, set), context);
        if (reading.findings.length > 0) throw new Error(JSON.stringify(reading.findings[0]));
        segments += reading.accounted.segments;
        documents += 1;
      }
    }
  }
  source.close();
  return { segments, documents };
}

/** Reads the file through a stream that gives an object per segment. */
async function byStream(file: string, parser: Transform): Promise<Counted> {
  let segments = 0;
  for await (const segment of createReadStream(file).pipe(parser)) if (segment !== undefined) segments += 1;
  return { segments, documents: 0 };
}

/** The package edifact, which takes text and calls back for each part of it. */
async function byEdifact(file: string): Promise<Counted> {
  const parser = new EdifactParser();
  parser.encoding("UNOC");
  let segments = 0;
  parser.onclosesegment = () => {
    segments += 1;
  };
  for await (const chunk of createReadStream(file, { encoding: "latin1" })) parser.write(chunk as string);
  parser.end();
  return { segments, documents: 0 };
}

type NodeX12 = new (strict: boolean, encoding: string) => Transform;

type Read = (file: string) => Counted | Promise<Counted>;

/** Each reader, made ready by its call: what is loaded for it is not part of the reading, mappings neither. */
const READERS: Readonly<Record<string, () => Read>> = {
  tokenizer: () => {
    const library = ownMappings();
    return (file) => byTokenizer(file, library);
  },
  documents: () => {
    const library = ownMappings();
    return (file) => toDocuments(file, library);
  },
  edifact: () => byEdifact,
  "csv-parse": () => (file) => byStream(file, csvParse({ delimiter: ";" })),
  "x12-parser": () => (file) => byStream(file, new X12parser("latin1")),
  "node-x12": () => {
    const { X12Parser } = createRequire(import.meta.url)("node-x12") as { X12Parser: NodeX12 };
    return (file) => byStream(file, new X12Parser(false, "ascii"));
  },
};

/** The most memory the process held. maxRSS would begin with what its parent held, so Linux is asked for the process's own. */
function peakKilobytes(): number {
  const status = existsSync("/proc/self/status") ? readFileSync("/proc/self/status", "latin1") : "";
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS);
}

const [, , reader = "", file = ""] = process.argv;
const prepare = READERS[reader];
if (prepare === undefined) throw new Error(`no reader ${reader}`);
const read = prepare();
const started = process.hrtime.bigint();
const processor = process.cpuUsage();
const counted = await read(file);
const seconds = Number(process.hrtime.bigint() - started) / 1e9;
const used = process.cpuUsage(processor);
const processorSeconds = (used.user + used.system) / 1e6;
const peakBytes = peakKilobytes() * 1024;
process.stdout.write(`${JSON.stringify({ ...counted, seconds, processorSeconds, peakBytes })}\n`);
