/** The reader of the daemon: every file is read in a worker. */
import os from "node:os";
import type { Configuration } from "../config/configuration.ts";
import { mappingFolders } from "../config/package-root.ts";
import type { Reader } from "../exchange/set-reading.ts";
import type { Catalogue } from "../syntax/segment.ts";
import type { ReaderTask, ReaderWorkerData, WrittenReading } from "./reader-worker.ts";
import { openWorkerPool, stopped } from "./worker-pool.ts";

export interface PooledReader extends Reader {
  /** Takes no more work: what is being read is read to its end, what would be read next stays for the next start. */
  refuse(): void;
  close(): Promise<void>;
}

/**
 * Opens the readers of a home: one worker less than there are cores, at least one.
 * Its steps throw CalloffError READER_DIED or READER_TIMEOUT for a file that no worker survives.
 */
export function openReaders(config: Pick<Configuration, "home" | "gateway">): PooledReader {
  const { memoryMegabytes, secondsPerFile } = config.gateway.workers;
  const workerData: ReaderWorkerData = { mappingFolders: mappingFolders(config.home) };
  const pool = openWorkerPool<ReaderTask>("./reader-worker", {
    size: Math.max(1, os.availableParallelism() - 1),
    memoryMegabytes,
    secondsPerTask: secondsPerFile,
    workerData,
  });
  let refusing = false;
  const read = (task: ReaderTask, file: string): Promise<unknown> =>
    refusing ? Promise.reject(stopped()) : pool.run(task, file);
  return {
    catalogue: async (path, file, table) => {
      const task = { kind: "catalogue" as const, path, file, ...(table === undefined ? {} : { table }) };
      return (await read(task, file)) as Catalogue;
    },
    readSet: async (request) => {
      const { json, ...reading } = (await read({ kind: "set", request }, request.file)) as WrittenReading;
      return { ...reading, document: JSON.parse(json) as unknown };
    },
    goOn: () => {
      if (refusing) throw stopped();
    },
    refuse: () => {
      refusing = true;
    },
    close: () => pool.close(),
  };
}
