/**
 * Acknowledgements that a partner owes us: what is written to him is waited for as long as his file says, then it is said once
 * that nothing came, whatever the cause: he may not have it.
 */
import type { Partner } from "../config/partner.ts";
import type { Tx } from "../store/store.ts";
import type { OutboxFileRow } from "../store/tables.ts";
import { type Instant, instantAt } from "../values/clock.ts";
import { at } from "../values/crash-points.ts";
import type { Exchange } from "./context.ts";

/** Series of families whose receivers acknowledge what they get. */
const ACKNOWLEDGED = /^(?:isa|unb):/;
/** Answers, which nobody answers. */
const ANSWERS = ["997", "999", "ta1", "contrl"];
/** An application advice is acknowledged in X12 only: CONTRL never answers APERAK. */
const UNANSWERED: Readonly<Record<string, readonly string[]>> = {
  isa: ANSWERS,
  unb: [...ANSWERS, "application-advice"],
};

/** Notes until when files that have just been written are to be acknowledged. */
export async function expectAnswers(
  tx: Tx,
  { config, clock }: Pick<Exchange, "config" | "clock">,
  files: readonly Pick<OutboxFileRow, "id" | "receiver" | "series">[],
): Promise<void> {
  const now = clock.instant();
  for (const [code, partner] of config.partners) {
    const minutes = partner.acknowledgedWithin;
    const theirs = files.filter(({ receiver, series }) => receiver === code && ACKNOWLEDGED.test(series));
    if (minutes === undefined || theirs.length === 0) continue;
    for (const family of ["isa", "unb"]) {
      const ids = theirs.filter(({ series }) => series.startsWith(`${family}:`)).map(({ id }) => id);
      if (ids.length === 0) continue;
      await tx.run(
        `UPDATE outbox_part SET answer_due = :due, overdue_since = '' WHERE outbox_file_id IN (:ids) AND answered_by IS NULL
         AND EXISTS (SELECT 1 FROM outbound_document d WHERE d.id = outbox_part.outbound_document_id AND d.kind NOT IN (:kinds))`,
        { due: dueAfter(now, minutes), ids, kinds: UNANSWERED[family] ?? ANSWERS },
      );
    }
  }
}

const dueAfter = (now: Instant, minutes: NonNullable<Partner["acknowledgedWithin"]>): Instant =>
  instantAt(Date.parse(now) + minutes * 60_000);

/** Says of what was not acknowledged in time that it is overdue: once, by one of the gateways. */
export async function alarmOverdue(exchange: Exchange): Promise<number> {
  const now = exchange.clock.instant();
  if (!(await isAnyOverdue(exchange, now))) return 0;
  const overdue = await exchange.store.write((tx) =>
    tx.run(
      `UPDATE outbox_part SET overdue_since = :now, answer_due = '' WHERE answer_due <> '' AND answer_due <= :now
       RETURNING id, outbox_file_id, outbound_document_id`,
      { now },
    ),
  );
  at("alarmed");
  if (overdue.length === 0) return 0;
  const told = await exchange.store.ask(
    `SELECT f.receiver AS receiver, f.folder AS folder, f.name AS name, f.written_at AS written, d.kind AS kind, d.number AS number
     FROM outbox_part p JOIN outbox_file f ON f.id = p.outbox_file_id JOIN outbound_document d ON d.id = p.outbound_document_id
     WHERE p.id IN (:ids) ORDER BY p.id`,
    { ids: overdue.map(({ id }) => Number(id)) },
  );
  for (const { receiver, folder, name, written, kind, number } of told) {
    const about = {
      receiver: String(receiver),
      folder: String(folder),
      name: String(name),
      kind: String(kind),
      number: String(number),
      writtenAt: String(written),
    };
    exchange.log.error(about, "not acknowledged in time");
    exchange.events.emit("acknowledgement.overdue", about);
  }
  return told.length;
}

const isAnyOverdue = async ({ store }: Exchange, now: Instant): Promise<boolean> =>
  (await store.ask("SELECT id FROM outbox_part WHERE answer_due <> '' AND answer_due <= :now LIMIT 1", { now }))
    .length > 0;
