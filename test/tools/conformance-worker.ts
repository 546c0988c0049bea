/** Checks one file after another in a thread of its own, so that one that never ends can be stopped. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { checkFile } from "../../src/answers/check-file.ts";
import { type CheckSettings, mappingFor, readContext } from "../../src/answers/check-set.ts";
import { type CheckedFile } from "../../src/answers/checked-file.ts";
import { loadMappings } from "../../src/mapping/library.ts";
import { catalogueOf } from "../../src/syntax/catalogue.ts";
import { segmentsOf } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { coerceError } from "../../src/values/errors.ts";
import { writtenBack } from "./conformance-again.ts";
import { droppedElements } from "./conformance-elements.ts";
import { envelopeFaults } from "./conformance-envelope.ts";
import type { Expectation } from "./conformance-index.ts";
import { faultsOf, findingsOf, inShort, messageName, setsOf } from "./conformance-judge.ts";

/** What the thread is told to check. */
export interface ConformanceTask {
  readonly expectation: Expectation;
}

/** What became of a message. */
export interface MessageAnswer {
  readonly type: string;
  readonly version: string;
  readonly mapping: string;
  readonly outcome: string;
  /** The document in a few words, e.g. `delivery-schedule of 2 lines`. */
  readonly document: string;
}

export interface ConformanceAnswer {
  readonly file: string;
  readonly family: string;
  readonly messages: readonly MessageAnswer[];
  readonly findings: readonly { readonly severity: string; readonly words: string }[];
  /** Places with content that no field names. */
  readonly listed: number;
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

/** Sets of one file that are tried element by element. */
const MOST_TRIED = 4;
/** Longer sets are not tried: reading one costs as much as it is long, and it is read twice for each element. */
const LONGEST = 5_000;

const { folder, mappings } = workerData as { readonly folder: string; readonly mappings: string };
const library = loadMappings([mappings]);
const settings: CheckSettings = { library, lenient: [] };
const mapped = new Set(
  library.names().flatMap((name) => {
    const definition = library.named(name)?.definition;
    return definition === undefined ? [] : [`${definition.syntax} ${definition.message.type}`];
  }),
);

parentPort?.on("message", (task: ConformanceTask) => {
  void answerTo(task).then((answer) => parentPort?.postMessage(answer, []));
});

async function answerTo({ expectation }: ConformanceTask): Promise<ConformanceAnswer> {
  const bytes = readFileSync(path.join(folder, expectation.file));
  const source = memorySource(expectation.file, bytes);
  try {
    const checked = await checkFile(source, settings);
    const envelope = envelopeFaults(bytes);
    const isMapped = (family: string, type: string) => mapped.has(`${family} ${type}`);
    const deeper = setFaults(bytes, expectation.file);
    return {
      file: expectation.file,
      family: checked.family,
      messages: messagesOf(checked),
      findings: findingsOf(checked).map((finding) => ({ severity: finding.severity, words: inShort(finding) })),
      listed: setsOf(checked).reduce(
        (sum, { unmapped }) => sum + unmapped.reduce((held, { count }) => held + count, 0),
        0,
      ),
      faults: [...faultsOf({ checked, expectation, envelope, isMapped }), ...deeper.faults],
      notes: deeper.notes,
    };
  } catch (thrown) {
    const { message, stack = "" } = coerceError(thrown);
    const at =
      stack
        .split("\n")
        .find((line) => line.includes("/src/"))
        ?.trim() ?? "";
    const faults = [`crashed: ${message} ${at}`.trim()];
    return { file: expectation.file, family: "", messages: [], findings: [], listed: 0, faults, notes: [] };
  }
}

const messagesOf = (checked: CheckedFile): MessageAnswer[] => [
  ...checked.interchanges.flatMap(({ ta1 = [], version }) =>
    ta1.map(() => ({
      type: "TA1",
      version,
      mapping: "",
      outcome: "valid",
      document: "acknowledgement of an interchange",
    })),
  ),
  ...setsOf(checked).map(({ type, version, mapping, outcome, kind, document }) => ({
    type: messageName(type),
    version,
    mapping,
    outcome,
    document: kind === "" ? "" : documentInShort(kind, document),
  })),
];

function documentInShort(kind: string, document: unknown): string {
  const lists = Object.entries((document ?? {}) as Record<string, unknown>).find(
    ([name, held]) => ["lines", "answers", "sets", "payments"].includes(name) && Array.isArray(held),
  );
  return lists === undefined ? kind : `${kind} of ${(lists[1] as unknown[]).length} ${lists[0]}`;
}

/** Each set that was read is tried element by element, and written back with its mapping. */
function setFaults(bytes: Buffer, name: string): { faults: string[]; notes: string[] } {
  const source = memorySource(name, bytes);
  const faults: string[] = [];
  const notes: string[] = [];
  let left = MOST_TRIED;
  for (const entry of catalogueOf(source).interchanges) {
    for (const group of entry.groups) {
      for (const set of group.sets) {
        const mapping = mappingFor(entry, group, set, settings);
        if (mapping === undefined || set.segments > LONGEST || left === 0) continue;
        left -= 1;
        const context = readContext(source, entry, set, settings);
        const segments = [...segmentsOf(source, entry, set)].flat();
        const dropped = droppedElements(mapping, segments, context);
        if (dropped.length > 0) {
          faults.push(`${dropped.length} elements are neither mapped nor listed: ${dropped.slice(0, 3).join(", ")}`);
        }
        const again = writtenBack(mapping, segments, context);
        faults.push(...again.faults);
        notes.push(...again.notes);
      }
    }
  }
  return { faults, notes };
}
