/** Documents that are to be rendered, and files that are to leave, once more: by command. */
import { recordAudit } from "../store/audit.ts";
import { select, update } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import { type OutboxFileRow, outboundDocument, outboxFile } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { CalloffError, EXIT } from "../values/errors.ts";

/**
 * Has a file written once more, with the same bytes and numbers: one that is uncertain or failed, or one that a partner lost.
 * @throws CalloffError EXCHANGE_NO_OUTBOX_FILE when there is none of that id
 */
export async function resendFile(store: Store, id: number, occasion: Occasion): Promise<OutboxFileRow> {
  return store.write(async (tx) => {
    const [row] = await select(tx, outboxFile, "WHERE id = :id", { id });
    if (row === undefined) {
      throw new CalloffError("EXCHANGE_NO_OUTBOX_FILE", `There is no outbox file ${id}`, {
        expected: "the number of a file of the outbox",
        found: String(id),
        remedy: "`calloff outbox list` names the files",
        exit: EXIT.notFound,
      });
    }
    if (row.state === "rendered" || row.state === "staged") return row;
    await update(tx, outboxFile, { state: "rendered", finding: "" }, "id = :id", { id });
    await recordAudit(tx, occasion, "outbox.resent", `${row.folder}/${row.name}`, { before: row.state });
    return { ...row, state: "rendered" };
  });
}

/**
 * Has a held document rendered again, after what it lacked has been completed. The next drain sends it.
 * @param causeKey what the document is there for, e.g. `ack:12.1/1`
 * @throws CalloffError EXCHANGE_NOT_HELD when there is no held document of that cause
 */
export async function resendDocument(store: Store, causeKey: string, occasion: Occasion): Promise<void> {
  await store.write(async (tx) => {
    const changed = await update(
      tx,
      outboundDocument,
      { state: "waiting", finding: "" },
      "cause_key = :causeKey AND state = 'held'",
      { causeKey },
    );
    if (changed === 0) {
      throw new CalloffError("EXCHANGE_NOT_HELD", "There is no held document of that cause", {
        expected: "what a held document is there for",
        found: causeKey,
        remedy: "`calloff outbox list` names the documents that are held",
        exit: EXIT.notFound,
      });
    }
    await recordAudit(tx, occasion, "document.resent", causeKey);
  });
}
