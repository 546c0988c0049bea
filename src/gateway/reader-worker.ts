/** A worker's side of reading partners' files: pass one over a file, pass two over a set, one task at a time. */
import { parentPort, workerData } from "node:worker_threads";
import { systemCode } from "../exchange/durable.ts";
import { readCatalogue, readSetWith, type SetReading, type SetRequest } from "../exchange/set-reading.ts";
import { systemWords } from "../exchange/system-words.ts";
import { loadMappings } from "../mapping/library.ts";
import type { TableLayout } from "../syntax/segment.ts";
import type { ErrorCode } from "../values/error-codes.ts";
import { CalloffError, coerceError, type ErrorDetails } from "../values/errors.ts";
import { detailsOf } from "../values/finding.ts";
import type { WorkerReply } from "./worker-pool.ts";

export type ReaderTask =
  | { readonly kind: "catalogue"; readonly path: string; readonly file: string; readonly table?: TableLayout }
  | { readonly kind: "set"; readonly request: SetRequest };

/** A reading with its document as JSON. */
export type WrittenReading = Omit<SetReading, "document"> & { readonly json: string };

export interface ReaderWorkerData {
  readonly mappingFolders: readonly string[];
}

const library = loadMappings((workerData as ReaderWorkerData).mappingFolders);

parentPort?.on("message", (task: ReaderTask) => parentPort?.postMessage(replyTo(task), []));

function replyTo(task: ReaderTask): WorkerReply {
  try {
    return {
      result: task.kind === "catalogue" ? readCatalogue(task.path, task.file, task.table) : written(task.request),
    };
  } catch (thrown) {
    return { thrown: asPlainData(coerceError(thrown)) };
  }
}

/** Documents are plain JSON values, and as one text they cross to the other thread in a third of the time. */
function written(request: SetRequest): WrittenReading {
  const { document, ...reading } = readSetWith(library, request);
  return { ...reading, json: JSON.stringify(document) };
}

/** An error as plain data: classes do not survive the way between threads. */
function asPlainData(error: Error): Extract<WorkerReply, { thrown: unknown }>["thrown"] {
  const { message, stack } = error;
  // Not the file's fault: it is read again when the disk, or the limit of open files, allows it.
  if (systemCode(error) !== "") return { ...unreadable(systemCode(error)), stack };
  if (!(error instanceof CalloffError)) return { code: "READER_FAULT", message, stack, details: { exit: 4 } };
  const { code, place, retryable, exit } = error;
  return {
    code,
    message,
    stack,
    details: {
      retryable,
      exit,
      ...(place === undefined ? {} : { place }),
      ...detailsOf(error),
    },
  };
}

function unreadable(found: string): { code: ErrorCode; message: string; details: ErrorDetails } {
  const { what, remedy } = systemWords(found);
  return {
    code: "DATA_UNREADABLE",
    message: `the archived file cannot be read: ${what} (${found})`,
    details: { found, remedy, retryable: true },
  };
}
