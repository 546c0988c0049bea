/** What becomes of a file that is to leave, and who is told: written, waiting for the next drain, or to be looked at. */
import { update } from "../store/rows.ts";
import { type OutboxFileRow, outboxFile } from "../store/tables.ts";
import { CalloffError } from "../values/errors.ts";
import type { Exchange } from "./context.ts";
import { systemCode } from "./durable.ts";

export type End = "written" | "waiting" | "alarmed";

export function tellWritten(exchange: Exchange, { receiver, folder, name, sha256 }: OutboxFileRow): End {
  exchange.log.info({ receiver, folder, name, sha256 }, "written");
  exchange.events.emit("outbox.written", { receiver, folder, name, sha256 });
  return "written";
}

/** Takes a file out of the way of the others until somebody decides. */
export async function alarm(
  exchange: Exchange,
  row: OutboxFileRow,
  state: "uncertain" | "failed",
  reason: string,
): Promise<End> {
  await exchange.store.write((tx) =>
    update(tx, outboxFile, { state, finding: reason }, "id = :id AND state IN ('rendered', 'staged')", { id: row.id }),
  );
  const { receiver, folder, name } = row;
  exchange.log.error({ receiver, folder, name, reason }, `outbox: ${state}`);
  exchange.events.emit("outbox.uncertain", { receiver, folder, name, reason });
  return "alarmed";
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: "free space on the disk of the outbox",
  EDQUOT: "raise the quota of the outbox",
  EFBIG: "raise the limit on file sizes",
  EACCES: "give calloff the right to write into the folder",
  EPERM: "give calloff the right to write into the folder",
  EROFS: "mount the outbox for writing",
};

/** What passes keeps its state and is tried again; after a failed sync nothing about the disk can be believed. */
export async function wait(exchange: Exchange, row: OutboxFileRow, error: Error): Promise<End> {
  const code = systemCode(error);
  if (code === "EIO") return alarm(exchange, row, "failed", "the disk failed while the file was written (EIO)");
  const { receiver, folder, name } = row;
  const reason = code === "" ? error.message : code;
  const remedy = REMEDIES[code] ?? "see the reason; it is tried again by itself";
  exchange.log.error({ receiver, folder, name, reason, remedy, err: error }, "a file waits to be written");
  exchange.events.emit("outbox.waiting", { receiver, folder, name, reason });
  return "waiting";
}

export const takenByAnother = (): CalloffError =>
  new CalloffError("STORE_BUSY", "Another process is writing this file", { retryable: true });
