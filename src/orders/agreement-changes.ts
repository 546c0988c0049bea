/** What a blanket order handed over again changes, and what it may not (features.md A4, A6). */
import type { Partner } from "../config/partner.ts";
import type { BlanketOrderDocument } from "../documents/erp.ts";
import { recordAudit } from "../store/audit.ts";
import { processedInAll, releasedInAll } from "../store/ledger.ts";
import { insert, update, updateEach } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import { type AgreementRow, agreement, agreementAlias, agreementLine, linePrice } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { writeMillionths } from "../values/figures.ts";
import type { Json } from "../values/json.ts";
import { type Changes, changesOf, differing, isNothing, type LinePair, pairedLines } from "./agreement-difference.ts";
import { refused, type WantedAgreement } from "./agreement-document.ts";
import { addLines, rememberAliases } from "./agreement-lines.ts";
import { changeAgreementState, changedMeanwhile, isExpired } from "./agreement-states.ts";
import { acceptByHand, type HandConfiguration, stepsByHand } from "./hand-schedule.ts";

/**
 * Changes an agreement to what the document asks for.
 * @throws CalloffError AGREEMENT_* where the change is not allowed; nothing has effect then.
 */
export async function changeAgreement(
  tx: Tx,
  held: AgreementRow,
  document: BlanketOrderDocument,
  wanted: WantedAgreement,
  partner: Partner,
  config: HandConfiguration,
  occasion: Occasion,
): Promise<"changed" | "unchanged"> {
  const pairs = await pairedLines(tx, held, wanted);
  const changes = await changesOf(tx, held, document, wanted, pairs);
  if (isNothing(changes)) return "unchanged";
  refuseLocked(held, changes, occasion);
  refuseFixed(held, changes);
  for (const pair of pairs) refuseLineChange(pair);

  const changed = await update(
    tx,
    agreement,
    { ...changes.header, version: held.version + 1 },
    "id = :id AND version = :was",
    { id: held.id, was: held.version },
  );
  if (changed === 0) throw changedMeanwhile(held.number);
  const now = { ...held, ...changes.header, version: held.version + 1 };
  await insert(
    tx,
    agreementAlias,
    changes.aliases.map((alias) => ({ ...alias, agreement_id: held.id })),
  );
  await changeLines(tx, changes, occasion);
  await addLines(tx, now, changes.added, partner, config, occasion);
  await rememberAliases(tx, now, wanted.aliases, partner);
  await changeSplits(tx, now, changes, partner, config, occasion);
  await recordAudit(tx, occasion, "agreement.changed", held.number, summaryOf(changes));
  if (changes.state !== undefined) {
    await changeAgreementState(tx, occasion, now, changes.state, "as the ERP states it");
  }
  return "changed";
}

/** Nothing can be saved on an agreement past its expiry date, or ended, but a later expiry date (A6). */
function refuseLocked(held: AgreementRow, changes: Changes, occasion: Occasion): void {
  if (held.state === "completed" || held.state === "cancelled") {
    throw new CalloffError("AGREEMENT_ENDED", `Blanket order ${held.number} is ${held.state} and cannot be changed`, {
      remedy: "Reopen it first, or hand over the new business as a blanket order of its own",
      exit: EXIT.conflict,
    });
  }
  if (!isExpired(held, occasion.businessDate)) return;
  const moved = changes.header.expires_on;
  const onlyTheDate =
    Object.keys(changes.header).every((column) => column === "expires_on") &&
    isNothing({ ...changes, header: {}, state: undefined });
  if (onlyTheDate && moved !== undefined && (moved === "" || moved >= occasion.businessDate)) return;
  throw new CalloffError("AGREEMENT_EXPIRED", `Blanket order ${held.number} expired on ${held.expires_on}`, {
    place: { field: "expiresOn" },
    expected: `nothing changed but the expiry date, and that to ${occasion.businessDate} or later`,
    found:
      moved === undefined
        ? "other changes"
        : onlyTheDate
          ? moved
          : `${moved === "" ? "no date" : moved} and other changes`,
    remedy: "Move the expiry date first; then hand over the other changes",
    exit: EXIT.conflict,
  });
}

/** Whose agreement it is never changes, nor its currency once something was ordered. */
function refuseFixed(held: AgreementRow, { header, lines }: Changes): void {
  for (const [column, field] of [
    ["partner", "partner"],
    ["side", "side"],
  ] as const) {
    const found = header[column];
    if (found === undefined) continue;
    throw refused("AGREEMENT_FIXED", `Blanket order ${held.number} is another's`, field, {
      expected: held[column],
      found,
      remedy: "Hand it over under a number of its own",
    });
  }
  const ordered = lines.some(({ totals }) => totals.released !== 0n);
  if (header.currency !== undefined && ordered) {
    throw refused("AGREEMENT_FIXED", `Blanket order ${held.number} has orders in ${held.currency}`, "currency", {
      expected: held.currency,
      found: header.currency,
      remedy: "Hand over what is in another currency as a blanket order of its own",
    });
  }
}

/** What is ordered stays covered: neither less than that, nor another part, place or unit. */
function refuseLineChange({ held, wanted, totals }: LinePair): void {
  const { row, place } = wanted;
  const processed = processedInAll(totals);
  if (row.commitment === "quantity" && row.quantity < processed && row.quantity < held.quantity) {
    throw refused("AGREEMENT_RELEASED", `Line ${held.line_no} has more on order than that`, `${place}.quantity`, {
      expected: `at least ${writeMillionths(processed)}, which is ordered or shipped`,
      found: writeMillionths(row.quantity),
      remedy: "Cancel orders of the line first, or keep the quantity",
    });
  }
  const fixed = ["item", "customer_part_normal", "ship_to_normal", "dock", "model_year", "unit"] as const;
  const column = fixed.find((name) => row[name] !== held[name]);
  if (column === undefined) return;
  throw refused("AGREEMENT_LINE_FIXED", `Line ${held.line_no} is for another part, place or unit`, place, {
    expected: `${held[column]} as before`,
    found: row[column],
    remedy: "Hand over the new part or place as a line of its own number",
  });
}

async function changeLines(tx: Tx, changes: Changes, occasion: Occasion): Promise<void> {
  await updateEach(
    tx,
    agreementLine,
    changes.lines.map(({ held, wanted }) => ({ id: held.id, set: wanted.row })),
  );
  await updateEach(
    tx,
    linePrice,
    changes.prices.flatMap(({ price, held }) =>
      held === undefined ? [] : [{ id: held.id, set: { price: price.price, reason: price.reason, who: occasion.who } }],
    ),
  );
  await insert(
    tx,
    linePrice,
    changes.prices.flatMap(({ pair, price, held }) =>
      held === undefined ? [{ ...price, line_id: pair.held.id, who: occasion.who }] : [],
    ),
  );
}

/** Puts the new schedule lines in force. @throws CalloffError AGREEMENT_RELEASED where they are less than what is ordered. */
async function changeSplits(
  tx: Tx,
  of: AgreementRow,
  { splits }: Changes,
  partner: Partner,
  config: HandConfiguration,
  occasion: Occasion,
): Promise<void> {
  for (const { pair, totals } of splits) {
    const height = stepsByHand(pair.wanted.splits ?? []).at(-1)?.step.cumulative ?? 0n;
    const released = releasedInAll(totals);
    if (height >= released) continue;
    throw refused(
      "AGREEMENT_RELEASED",
      `The schedule lines of line ${pair.held.line_no} are less than what is on order`,
      `${pair.wanted.place}.splits`,
      {
        expected: `dated schedule lines of at least ${writeMillionths(released)} in all`,
        found: writeMillionths(height),
        remedy: "Keep the schedule lines that are ordered, or cancel orders first",
      },
    );
  }
  await acceptByHand(
    tx,
    config,
    occasion,
    partner.code,
    `${of.number} version ${of.version}`,
    splits.map(({ pair, account: held }) => ({
      account: held,
      lineId: pair.held.id,
      lineNumber: pair.held.line_no,
      splits: pair.wanted.splits ?? [],
    })),
  );
}

/** What was changed, for the audit trail. */
function summaryOf({ header, lines, prices, added, splits, aliases }: Changes): Json {
  return {
    header: header as Json,
    aliases: aliases.map(({ spelling }) => spelling),
    lines: lines.map(({ held, wanted }) => ({ line: held.line_no, ...textual(differing(held, wanted.row)) })),
    prices: prices.map(({ pair, price }) => ({ line: pair.held.line_no, ...textual(price) })),
    added: added.map(({ row }) => row.line_no),
    schedules: splits.map(({ pair }) => pair.held.line_no),
  };
}

const textual = (row: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(row).map(([column, held]) => [
      column,
      typeof held === "bigint" ? writeMillionths(held) : String(held),
    ]),
  );
