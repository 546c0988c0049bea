/**
 * Turns waiting documents into the bytes of files (T9). Rendering and reading back happen outside of any transaction, with
 * the control numbers that are expected; one short transaction then takes them, for all documents of a receiver that waited
 * together. Had a number moved on meanwhile, they are rendered again. What cannot be rendered is held with its finding and
 * lets the others pass.
 */
import type { Lane } from "../store/gateways.ts";
import { insert, select, update } from "../store/rows.ts";
import { isTaken, type Tx } from "../store/store.ts";
import { type OutboundDocumentRow, outboundDocument, outboxFile, outboxPart } from "../store/tables.ts";
import { at } from "../values/crash-points.ts";
import { CalloffError, coerceError } from "../values/errors.ts";
import { detailsOf, type Finding } from "../values/finding.ts";
import { grouped } from "../values/grouped.ts";
import { stableJson } from "../values/json.ts";
import { ERP, type Exchange } from "./context.ts";
import { passesByItself } from "./file-state.ts";
import { sha256Of } from "./hashing.ts";
import { inLane } from "./lanes.ts";
import { writesFor } from "./mailboxes.ts";
import { type RenderedFile, type RenderedFiles, renderForErp, renderForPartner } from "./render-files.ts";

/** Documents that are read, and at most rendered, together. */
const BATCH = 100;
const MOST_TRIES = 5;

interface Rendering {
  readonly exchange: Exchange;
  readonly done: { rendered: number; held: number };
}

/** Renders every waiting document, each receiver's oldest first, and gives how many were rendered and held. */
export async function renderWaiting(exchange: Exchange): Promise<{ rendered: number; held: number }> {
  const rendering: Rendering = { exchange, done: { rendered: 0, held: 0 } };
  if (exchange.gateways !== undefined) return renderByReceiver(rendering);
  for (;;) {
    const waiting = await select(
      exchange.store,
      outboundDocument,
      // Says twice what waits: by the second words SQLite finds the index of what is not yet rendered.
      `WHERE state = 'waiting' AND state <> 'rendered' ORDER BY id LIMIT ${BATCH}`,
    );
    if (waiting.length === 0) return rendering.done;
    for (const rows of byReceiver(waiting)) await renderTogether(rendering, rows);
  }
}

/** Where several gateways work on one database, one of them at a time renders for a receiver. */
async function renderByReceiver(rendering: Rendering): Promise<Rendering["done"]> {
  const { exchange, done } = rendering;
  const receivers = await exchange.store.ask(
    "SELECT receiver FROM outbound_document WHERE state = 'waiting' GROUP BY receiver ORDER BY MIN(id)",
  );
  for (const row of receivers) {
    const receiver = row["receiver"] as string;
    if (!(await writesFor(exchange, receiver))) continue;
    await inLane(exchange, `documents ${receiver}`, (lane) => renderFor(rendering, receiver, lane));
  }
  if (done.rendered > 0) await exchange.gateways?.tell();
  return done;
}

async function renderFor(rendering: Rendering, receiver: string, lane: Pick<Lane, "holds">): Promise<void> {
  while (lane.holds()) {
    const waiting = await select(
      rendering.exchange.store,
      outboundDocument,
      `WHERE state = 'waiting' AND receiver = :receiver ORDER BY id LIMIT ${BATCH}`,
      { receiver },
    );
    if (waiting.length === 0) return;
    await renderTogether(rendering, waiting);
  }
}

const byReceiver = (rows: readonly OutboundDocumentRow[]): OutboundDocumentRow[][] => [
  ...grouped(rows, ({ receiver }) => receiver).values(),
];

/** Renders one receiver's documents in one transaction, or one by one where something is wrong with any of them. */
async function renderTogether(rendering: Rendering, rows: readonly OutboundDocumentRow[]): Promise<void> {
  const { exchange, done } = rendering;
  try {
    done.rendered += await renderAndKeep(rendering, rows);
  } catch (thrown) {
    const error = coerceError(thrown);
    if (passesByItself(error)) throw error;
    const [row, ...more] = rows;
    if (row !== undefined && more.length === 0) {
      await hold(exchange, row, error);
      done.held += 1;
      return;
    }
    for (const one of rows) await renderTogether(rendering, [one]);
  }
}

/** T9. Gives how many documents were rendered: those that another process rendered meanwhile are its own. */
async function renderAndKeep({ exchange }: Rendering, rows: readonly OutboundDocumentRow[]): Promise<number> {
  let ours = rows;
  for (let tries = 1; ; tries += 1) {
    const [first] = ours;
    if (first === undefined) return 0;
    const rendered =
      first.receiver === ERP ? renderForErp(ours) : await renderForPartner(exchange, first.receiver, ours);
    const kept = await keep(exchange, rendered);
    if (kept.files !== undefined) {
      at("rendered");
      for (const { row, folder, name } of kept.files) {
        exchange.events.emit("outbox.rendered", { receiver: row.receiver, folder, name });
      }
      return kept.files.length;
    }
    if (tries >= MOST_TRIES) throw busy();
    const { waiting } = kept;
    ours = ours.filter(({ id }) => waiting.has(id));
  }
}

const busy = (): CalloffError =>
  new CalloffError("STORE_BUSY", "Other processes render documents for this receiver", { retryable: true });

type Kept =
  | { readonly files: readonly RenderedFile[] }
  /** Nothing was kept; these documents still wait. */
  | { readonly files: undefined; readonly waiting: ReadonlySet<number> };

/** Carries out of a transaction that is rolled back which documents still wait. */
class MovedOn extends Error {
  readonly waiting: ReadonlySet<number>;
  constructor(waiting: ReadonlySet<number>) {
    super("a number or a document has moved on");
    this.waiting = waiting;
  }
}

async function keep({ store }: Exchange, rendered: RenderedFiles): Promise<Kept> {
  try {
    return await store.write(async (tx) => {
      const ids = rendered.files.map(({ row }) => row.id);
      const moved = await tx.run(
        "UPDATE outbound_document SET state = 'rendered' WHERE id IN (:ids) AND state = 'waiting' RETURNING id",
        { ids },
      );
      const waiting = new Set(moved.map(({ id }) => Number(id)));
      const files = waiting.size < ids.length ? undefined : await rendered.number(tx);
      if (files === undefined) throw new MovedOn(waiting);
      await keepFiles(tx, files);
      at("rendering");
      return { files };
    });
  } catch (thrown) {
    if (thrown instanceof MovedOn) return { files: undefined, waiting: thrown.waiting };
    throw thrown;
  }
}

async function keepFiles(tx: Tx, files: readonly RenderedFile[]): Promise<void> {
  const ids = await insert(
    tx,
    outboxFile,
    files.map(({ row, folder, name, bytes, series, control }) => ({
      receiver: row.receiver,
      folder,
      name,
      bytes,
      sha256: sha256Of(bytes),
      interchange_control: control,
      series,
      state: "rendered",
      created_at: row.created_at,
    })),
  );
  await insert(
    tx,
    outboxPart,
    files.map(({ row, functionalId, groupControl, setControl }, n) => ({
      outbox_file_id: ids[n] as number,
      ordinal: 1,
      outbound_document_id: row.id,
      receiver: row.receiver,
      functional_id: functionalId,
      group_control: groupControl,
      set_control: setControl,
    })),
  );
}

async function hold(exchange: Exchange, row: OutboundDocumentRow, error: Error): Promise<void> {
  const told = isTaken(error) ? nameTaken(row) : error instanceof CalloffError ? error : undefined;
  const finding: Finding = {
    code: told?.code ?? "EXCHANGE_RENDER_FAILED",
    severity: "reject",
    message: told?.message ?? error.message,
    place: told?.place ?? {},
    ...detailsOf(told ?? {}),
  };
  await exchange.store.write((tx) =>
    update(tx, outboundDocument, { state: "held", finding: stableJson(finding) }, "id = :id AND state = 'waiting'", {
      id: row.id,
    }),
  );
  at("document-held");
  const about = { kind: row.kind, receiver: row.receiver, number: row.number };
  exchange.log.error({ ...about, err: error, code: finding.code }, "a document cannot be rendered and is held");
  exchange.events.emit("document.held", { ...about, finding: finding.message });
}

const nameTaken = (row: OutboundDocumentRow): CalloffError =>
  new CalloffError("EXCHANGE_NAME_TAKEN", "Another document has been written under the name that this one would have", {
    found: `${row.kind} ${row.number}`,
    remedy:
      "See `calloff outbox list` for the other one; two documents of one kind and number are a fault in what made them",
  });
