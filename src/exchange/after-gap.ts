/** Lets interchanges through that were held because control numbers before them were missing, once those have come. */
import { recordAudit } from "../store/audit.ts";
import { select, selectOne, update } from "../store/rows.ts";
import type { Queryable, Tx } from "../store/store.ts";
import { type FileRow, file, type InterchangeRow, interchange, message } from "../store/tables.ts";
import { occasionOf } from "../values/clock.ts";
import { at } from "../values/crash-points.ts";
import type { Exchange } from "./context.ts";
import { readFindings } from "./findings.ts";
import { type Chain, chainScope, chainsOf, expectedAfter, expectNext, gapIn } from "./number-chains.ts";
import { beforeTransmission, expectedAfterTransmission } from "./transmission-chains.ts";

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
  const isVda = chain.counted !== undefined;
  const waiting = isVda ? await ofOldNumber(tx, chain, next) : await ofNumber(tx, chain, next, "held");
  if (waiting === undefined || !isAfterGap(waiting)) return false;
  // The one before it is not applied to its end yet: their order is what was waited for.
  const before = isVda ? (gapIn(readFindings(waiting.findings))?.to ?? 0) : next - 1;
  if ((await ofNumber(tx, chain, before, "open")) !== undefined) return false;
  const row = (await selectOne(tx, file, "WHERE id = :id", { id: waiting.file_id })) as FileRow;
  await update(tx, interchange, { state: "open" }, "id = :id AND state = 'held'", { id: waiting.id });
  await update(tx, message, { state: "catalogued" }, "interchange_id = :id AND state = 'held'", { id: waiting.id });
  await update(tx, file, { state: "registered", cause: "", finished_at: "" }, "id = :id", { id: row.id });
  await expectNext(tx, new Map([[chainScope(chain), afterIt(waiting) ?? next + 1]]));
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

/** The transmission that names the number before `next` as its old one, however far its own is from it. */
async function ofOldNumber(from: Queryable, chain: Chain, next: number): Promise<InterchangeRow | undefined> {
  const held = await select(
    from,
    interchange,
    `WHERE partner = :partner AND sender = :sender AND receiver = :receiver AND waits_for = :old AND waits_for <> ''
       AND state = 'held' ORDER BY id`,
    { ...chain, old: String(beforeTransmission(next)) },
  );
  const counted = await countedOf(from, held);
  return held.find((row) => counted.get(row.id) === chain.counted);
}

/** By interchange, the first record of the messages that VDA counts apart. */
async function countedOf(from: Queryable, rows: readonly InterchangeRow[]): Promise<Map<number, string>> {
  const ids = rows.filter(({ syntax }) => syntax === "fixed").map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const first = await select(from, message, "WHERE interchange_id IN (:ids) AND ordinal = 1", { ids });
  return new Map(first.map(({ interchange_id, type }) => [interchange_id ?? 0, type]));
}

const afterIt = ({ syntax, control }: InterchangeRow): number | undefined =>
  syntax === "fixed" ? expectedAfterTransmission(undefined, control) : expectedAfter(undefined, control);

const isAfterGap = ({ findings }: InterchangeRow): boolean =>
  readFindings(findings).some(({ code }) => code === "EXCHANGE_NUMBERS_MISSING");

/** Somebody decided to go on without the missing numbers: the chain goes on behind what was held. */
export async function passOverGaps(tx: Tx, held: readonly InterchangeRow[]): Promise<void> {
  const waiting = held.filter(isAfterGap);
  const counted = await countedOf(tx, waiting);
  for (const row of waiting) {
    const { id, partner, sender, receiver } = row;
    const of = counted.get(id);
    const chain: Chain = { partner, sender, receiver, ...(of === undefined ? {} : { counted: of }) };
    const after = afterIt(row);
    if (after !== undefined) await expectNext(tx, new Map([[chainScope(chain), after]]));
  }
}
