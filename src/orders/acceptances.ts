/** Held revisions as acceptances: what a planner accepts is put in force on what stands there now (features.md B8). */
import type { Cause } from "../schedules/causes.ts";
import { accountTotals, lineTotals, NO_TOTALS } from "../store/ledger.ts";
import { select } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import { type AccountRow, account, type RevisionRow, verdict } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { grouped } from "../values/grouped.ts";
import type { Acceptance } from "./accept.ts";
import { isExpired } from "./agreement-states.ts";
import { type OrdersConfiguration, partnerNamed } from "./configuration.ts";
import { drawnLines, type MatchedLine } from "./match-lines.ts";
import { openLines } from "./open-lines.ts";
import { curveOfRevision, type KnownRevision, knownRevisions } from "./schedule-history.ts";

/** Causes for which there is nothing that could be accepted. */
const NOT_ACCEPTABLE: Readonly<Record<string, string>> = {
  "no-anchor":
    "it quotes nothing to start from; set schedule.net in the partner's file, and let the file be sent again",
  purpose:
    "it does not replace the schedule; say in schedule.purposes of the partner's file how such messages are taken",
};

/** Why each of these revisions was held, as permanent words. */
export async function causesOf(tx: Tx, rows: readonly RevisionRow[]): Promise<Map<number, readonly string[]>> {
  const verdicts = await select(tx, verdict, "WHERE revision_id IN (:ids)", { ids: rows.map(({ id }) => id) });
  return new Map(
    verdicts.map(({ revision_id, changes }) => [
      revision_id,
      (JSON.parse(changes) as { causes?: string[] }).causes ?? [],
    ]),
  );
}

/** @throws CalloffError DECISION_NOT_POSSIBLE where there is nothing to accept, or two are for one account */
export function refuseUnacceptable(rows: readonly RevisionRow[], causes: ReadonlyMap<number, readonly string[]>): void {
  for (const { id } of rows) {
    const cause = causes.get(id)?.find((word) => NOT_ACCEPTABLE[word] !== undefined);
    if (cause === undefined) continue;
    throw new CalloffError("DECISION_NOT_POSSIBLE", `Schedule ${id} cannot be accepted as it is`, {
      found: cause,
      remedy: `Withdraw it: ${NOT_ACCEPTABLE[cause] as string}`,
      exit: EXIT.conflict,
    });
  }
  const twice = rows.find((row) =>
    rows.some((other) => other.id > row.id && other.account_id === row.account_id && other.layer === row.layer),
  );
  if (twice === undefined) return;
  throw new CalloffError("DECISION_NOT_POSSIBLE", "Two of these schedules are for the same account", {
    expected: "one schedule for each part and ship-to",
    found: `schedule ${twice.id} and another one for ${twice.customer_part} to ${twice.ship_to}`,
    remedy: "Accept one of them and withdraw the other",
    exit: EXIT.conflict,
  });
}

/** Everything that accepting these revisions has to know, read in bulk; each belongs to an account. */
export async function acceptancesOf(
  tx: Tx,
  config: OrdersConfiguration,
  rows: readonly RevisionRow[],
  causes: ReadonlyMap<number, readonly string[]>,
  occasion: Occasion,
): Promise<Acceptance[]> {
  const ids = rows.map(({ account_id }) => account_id as number);
  const accounts = new Map((await select(tx, account, "WHERE id IN (:ids)", { ids })).map((row) => [row.id, row]));
  const known = await knownRevisions(tx, [...accounts.values()], []);
  const totals = await accountTotals(tx, ids);
  const open = grouped(await openLines(tx, ids), ({ accountId }) => accountId);
  const drawn = await drawnBy(tx, config, rows, accounts, occasion);
  const lineIds = [...drawn.values()].map((one) => one.drawn.line.id);
  const contracts = await lineTotals(tx, lineIds);
  return rows.map((row) => {
    const of = accounts.get(row.account_id as number) as AccountRow;
    const partner = partnerNamed(config, of.partner);
    const revisions = known.get(of.id) ?? [];
    const itself = revisions.find((one) => one.row.id === row.id) as KnownRevision;
    const inForce = (id: number | null) => revisions.find((one) => one.row.id === id);
    const other = inForce(row.layer === "call-off" ? of.forecast_revision_id : of.call_off_revision_id);
    const line = drawn.get(of.id);
    if (line === undefined) throw notDrawn(row);
    refuseLocked(line.drawn, occasion);
    return {
      account: of,
      partner,
      policy: config.policyOf(partner).policy,
      revision: { ...row, state: "accepted" },
      curve: curveOfRevision(itself),
      other: other === undefined ? undefined : curveOfRevision(other),
      opensPeriod: causes.get(row.id)?.includes("new-period" satisfies Cause) === true,
      ...line,
      totals: totals.get(of.id) ?? NO_TOTALS,
      lineTotals: contracts.get(line.drawn.line.id) ?? NO_TOTALS,
      open: open.get(of.id) ?? [],
    };
  });
}

async function drawnBy(
  tx: Tx,
  config: OrdersConfiguration,
  rows: readonly RevisionRow[],
  accounts: ReadonlyMap<number, AccountRow>,
  occasion: Occasion,
): Promise<Map<number, Required<Pick<MatchedLine, "drawn" | "moves">>>> {
  const found = new Map<number, Required<Pick<MatchedLine, "drawn" | "moves">>>();
  for (const [code, held] of grouped(rows, ({ partner }) => partner)) {
    const wanted = held.map((row) => ({
      account: accounts.get(row.account_id as number) as AccountRow,
      orderNumber: row.order_number,
    }));
    const drawn = await drawnLines(tx, partnerNamed(config, code), wanted, occasion.businessDate);
    for (const [id, line] of drawn) found.set(id, line);
  }
  return found;
}

const notDrawn = (row: RevisionRow): CalloffError =>
  new CalloffError("DECISION_NO_ACCOUNT", `Schedule ${row.id} draws on no line of a blanket order`, {
    found: `${row.customer_part} to ${row.ship_to}`,
    remedy: "Add the line to a blanket order; then retry the file",
    exit: EXIT.conflict,
  });

/** Nothing is accepted on a blanket order that has expired or is not open (A6). */
function refuseLocked({ agreement }: MatchedLine["drawn"] & object, { businessDate }: Occasion): void {
  if (isExpired(agreement, businessDate)) {
    throw new CalloffError(
      "AGREEMENT_EXPIRED",
      `Blanket order ${agreement.number} expired on ${agreement.expires_on}`,
      {
        expected: `an expiry date of ${businessDate} or later, or none`,
        found: agreement.expires_on,
        remedy: "Move the expiry date first",
        exit: EXIT.conflict,
      },
    );
  }
  if (agreement.state === "open") return;
  throw new CalloffError("AGREEMENT_NOT_OPEN", `Blanket order ${agreement.number} is ${agreement.state}`, {
    expected: "an open blanket order",
    found: agreement.state,
    remedy: "Open it first",
    exit: EXIT.conflict,
  });
}
