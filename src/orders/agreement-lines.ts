/** Lines of a blanket order with what hangs on them: prices, the account each is released on, schedule lines by hand. */
import type { Partner } from "../config/partner.ts";
import { insert, select, update } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import {
  type AccountRow,
  type AgreementLineRow,
  type AgreementRow,
  agreementLine,
  type DrawRow,
  draw,
  linePrice,
} from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { addDays, plainDate } from "../values/dates.ts";
import {
  accountsBySpelling,
  drawFrom,
  drawsOf,
  identityOfLine,
  keyOf,
  makeAccounts,
  type NewAccount,
  rememberSpellings,
} from "./accounts.ts";
import type { WantedLine } from "./agreement-document.ts";
import { acceptByHand, type HandConfiguration } from "./hand-schedule.ts";

/** Adds lines with their prices, accounts and schedule lines by hand. */
export async function addLines(
  tx: Tx,
  of: AgreementRow,
  lines: readonly WantedLine[],
  partner: Partner,
  config: HandConfiguration,
  occasion: Occasion,
): Promise<void> {
  if (lines.length === 0) return;
  const ids = await insert(
    tx,
    agreementLine,
    lines.map(({ row }) => ({ ...row, agreement_id: of.id })),
  );
  const rows: AgreementLineRow[] = lines.map(({ row }, n) => ({ ...row, agreement_id: of.id, id: ids[n] as number }));
  await insert(
    tx,
    linePrice,
    lines.flatMap(({ prices }, n) =>
      prices.map((price) => ({ ...price, line_id: ids[n] as number, who: occasion.who })),
    ),
  );
  const accounts = await accountsOfNewLines(tx, of, rows, partner, occasion);
  await acceptByHand(
    tx,
    config,
    occasion,
    partner.code,
    `${of.number} version ${of.version}, lines`,
    rows.flatMap((row, n) => {
      const splits = lines[n]?.splits;
      const account = accounts.get(row.id);
      if (account === undefined || splits?.some(({ date }) => date !== "") !== true) return [];
      return [{ account, lineId: row.id, lineNumber: row.line_no, splits }];
    }),
  );
}

/** Agreements that nothing is drawn on any more: whoever comes next for the same part and ship-to takes over. */
const ENDED = ["completed", "cancelled", "expired"];

/**
 * The account of each line, made where it is not there yet. An account draws on one line at a time: a line whose key is
 * drawn on by another one gets an account of its own, unless the other's agreement has ended.
 */
async function accountsOfNewLines(
  tx: Tx,
  of: AgreementRow,
  lines: readonly AgreementLineRow[],
  partner: Partner,
  occasion: Occasion,
): Promise<Map<number, AccountRow>> {
  const settings = partner.schedule;
  const keys = new Map(lines.map((line) => [line.id, keyOf(identityOfLine(of, line, settings), settings)]));
  const known = await accountsBySpelling(tx, partner.code, [...new Set(keys.values())]);
  const draws = await drawsOf(
    tx,
    [...known.values()].map(({ id }) => id),
    occasion.businessDate,
  );
  const ended = await endedLines(tx, [...draws.values()]);

  const wanted: (NewAccount & { lineId: number })[] = [];
  const takenOver: DrawRow[] = [];
  const claimed = new Set<string>();
  for (const line of lines) {
    const key = keys.get(line.id) as string;
    const existing = known.get(key);
    const drawn = existing === undefined ? undefined : draws.get(existing.id);
    const free = !claimed.has(key) && (drawn === undefined || ended.has(drawn.line_id));
    if (free && drawn !== undefined) takenOver.push(drawn);
    claimed.add(key);
    wanted.push({
      partner: partner.code,
      key: free ? (existing?.identity ?? key) : `${key}#${of.number}/${line.line_no}`,
      identity: identityOfLine(of, line, settings),
      unit: line.unit,
      lineId: line.id,
    });
  }

  const made = await makeAccounts(tx, wanted);
  const accountOf = (key: string) => made.get(key) as AccountRow;
  await endDraws(tx, takenOver, occasion);
  await drawFrom(
    tx,
    wanted.map(({ key, lineId }) => ({
      accountId: accountOf(key).id,
      lineId,
      from: takenOver.some(({ account_id }) => account_id === accountOf(key).id)
        ? occasion.businessDate
        : of.valid_from,
      rememberedBy: of.number,
    })),
  );
  return new Map(wanted.map(({ key, lineId }) => [lineId, accountOf(key)]));
}

/** Which of the lines drawn on belong to agreements that have ended. */
async function endedLines(tx: Tx, draws: readonly DrawRow[]): Promise<Set<number>> {
  if (draws.length === 0) return new Set();
  const rows = await tx.ask(
    `SELECT l.id AS id FROM agreement_line l JOIN agreement a ON a.id = l.agreement_id
     WHERE l.id IN (:ids) AND a.state IN (:ended)`,
    { ids: draws.map(({ line_id }) => line_id), ended: ENDED },
  );
  return new Set(rows.map((row) => Number(row["id"])));
}

/** The day before is the last; a draw that begins on the very day has never counted and goes. */
async function endDraws(tx: Tx, draws: readonly DrawRow[], { businessDate }: Occasion): Promise<void> {
  if (draws.length === 0) return;
  const ids = draws.map(({ id }) => id);
  await tx.change("DELETE FROM draw WHERE id IN (:ids) AND valid_from >= :businessDate", { ids, businessDate });
  await update(tx, draw, { valid_until: addDays(plainDate(businessDate), -1) }, "id IN (:ids)", { ids });
}

/** Lets schedules that quote an alias of the agreement's number find the accounts its lines have under their own. */
export async function rememberAliases(
  tx: Tx,
  of: AgreementRow,
  aliases: readonly { spelling: string }[],
  partner: Partner,
): Promise<void> {
  const settings = partner.schedule;
  if (!settings.account.includes("orderNumber") || aliases.length === 0) return;
  const lines = await select(tx, agreementLine, "WHERE agreement_id = :id", { id: of.id });
  const known = await accountsBySpelling(
    tx,
    partner.code,
    lines.map((line) => keyOf(identityOfLine(of, line, settings), settings)),
  );
  await rememberSpellings(
    tx,
    partner.code,
    lines.flatMap((line) => {
      const held = known.get(keyOf(identityOfLine(of, line, settings), settings));
      if (held === undefined) return [];
      return aliases.map(({ spelling }) => ({
        spelling: keyOf(identityOfLine({ ...of, customer_number: spelling }, line, settings), settings),
        accountId: held.id,
      }));
    }),
  );
}
