/** Lets interchanges through that were held because control numbers before them were missing, once those have come. */
import { recordAudit } from "../store/audit.ts";
import { selectOne, update } from "../store/rows.ts";
import type { Queryable, Tx } from "../store/store.ts";
import { type FileRow, file, type InterchangeRow, interchange, message } from "../store/tables.ts";
import { occasionOf } from "../values/clock.ts";
import { at } from "../values/crash-points.ts";
import type { Exchange } from "./context.ts";
import { readFindings } from "./findings.ts";
import { type Chain, chainScope, chainsOf, expectedAfter, expectNext } from "./number-chains.ts";

/** Reopens at most one interchange of each chain, the one whose number is next. Gives how many those were. */
export async function reopenAfterGaps(exchange: Exchange): Promise<number> {
  let reopened = 0;
  for (const { code, numberGaps } of exchange.config.partners.values()) {
    if (numberGaps !== "hold") continue;
    for (const { chain, next } of await chainsOf(exchange.store, code)) {
      const moved = await exchange.store.write((tx) => reopenNext(tx, exchange, chain, next));
      at("reopened");
      if (moved) reopened += 1;
    }
  }
  return reopened;
}

async function reopenNext(tx: Tx, exchange: Exchange, chain: Chain, next: number): Promise<boolean> {
  const waiting = await ofNumber(tx, chain, next, "held");
  if (waiting === undefined || !isAfterGap(waiting)) return false;
  // The one before it is not applied to its end yet: their order is what was waited for.
  if ((await ofNumber(tx, chain, next - 1, "open")) !== undefined) return false;
  const row = (await selectOne(tx, file, "WHERE id = :id", { id: waiting.file_id })) as FileRow;
  await update(tx, interchange, { state: "open" }, "id = :id AND state = 'held'", { id: waiting.id });
  await update(tx, message, { state: "catalogued" }, "interchange_id = :id AND state = 'held'", { id: waiting.id });
  await update(tx, file, { state: "registered", cause: "", finished_at: "" }, "id = :id", { id: row.id });
  await expectNext(tx, new Map([[chainScope(chain), next + 1]]));
  const occasion = occasionOf(exchange.clock, chain.partner);
  await recordAudit(tx, occasion, "file.reopened", `file:${row.claim}`, { before: row.state, cause: row.cause });
  at("reopening");
  return true;
}

/** By all forms that a number is written in, so that the index finds it. */
const ofNumber = (from: Queryable, chain: Chain, number: number, state: string): Promise<InterchangeRow | undefined> =>
  selectOne(
    from,
    interchange,
    `WHERE partner = :partner AND sender = :sender AND receiver = :receiver AND control IN (:controls) AND state = :state`,
    { ...chain, state, controls: [1, 5, 9, 14].map((digits) => String(number).padStart(digits, "0")) },
  );

const isAfterGap = ({ findings }: InterchangeRow): boolean =>
  readFindings(findings).some(({ code }) => code === "EXCHANGE_NUMBERS_MISSING");

/** Somebody decided to go on without the missing numbers: the chain goes on behind what was held. */
export async function passOverGaps(tx: Tx, held: readonly InterchangeRow[]): Promise<void> {
  for (const row of held.filter(isAfterGap)) {
    const after = expectedAfter(undefined, row.control);
    if (after !== undefined) await expectNext(tx, new Map([[chainScope(row), after]]));
  }
}
