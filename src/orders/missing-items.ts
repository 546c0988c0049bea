/** Items that a complete message does not list any more (features.md B6; domain.md, *Replacement*). */
import type { Partner } from "../config/partner.ts";
import type { DeliverySchedule, ScheduleLine } from "../documents/delivery-schedule.ts";
import { select, selectSome } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import { type AccountRow, account, type RevisionRow, revision } from "../store/tables.ts";
import { writeMillionths } from "../values/figures.ts";
import { readDirections } from "./directions.ts";
import { drawnLines, identityOfAccount, identityOfScheduleLine, type MatchedLine } from "./match-lines.ts";

/**
 * A line without demand for every account that has a schedule in force and none in the message, of the ship-tos whose items
 * the message lists completely: as the partner's file says, or the message itself (GIS+37). They are numbered behind the
 * message's last line.
 */
export async function missingItems(
  from: Queryable,
  partner: Partner,
  document: DeliverySchedule,
  messageId: number,
  on: string,
): Promise<MatchedLine[]> {
  const complete = document.lines.filter(
    ({ completeness }) => partner.schedule.listsEveryItem || completeness === "complete",
  );
  const shipTos = new Set(complete.map((line) => identityOfScheduleLine(line, partner).identity.shipTo));
  shipTos.delete("");
  if (shipTos.size === 0) return [];
  const inForce = document.layer === "call-off" ? "call_off_revision_id" : "forecast_revision_id";
  const rows = await select(
    from,
    account,
    `WHERE partner = :partner AND ship_to IN (:shipTos) AND ${inForce} IS NOT NULL
       AND id NOT IN (SELECT account_id FROM revision WHERE message_id = :messageId AND account_id IS NOT NULL)
     ORDER BY id`,
    { partner: partner.code, shipTos: [...shipTos], messageId },
  );
  if (rows.length === 0) return [];
  const before = await selectSome(from, revision, ["id", "base", "directions"], "WHERE id IN (:ids)", {
    ids: rows.map((row) => row[inForce]),
  });
  const byId = new Map(before.map((row) => [row.id, row]));
  const drawn = await drawnLines(
    from,
    partner,
    rows.map((row) => ({ account: row, orderNumber: "" })),
    on,
  );
  const [first] = document.lines;
  return rows.flatMap((row, n) => {
    const line = drawn.get(row.id);
    if (line === undefined) return [];
    return [
      {
        line: emptyLine(first, row, byId.get(row[inForce] ?? 0)),
        number: document.lines.length + n + 1,
        identity: identityOfAccount(row),
        key: row.identity,
        account: row,
        missing: true,
        ...line,
      },
    ];
  });
}

/** Nothing is asked for beyond the height at which the schedule in force began; what is on its way goes where that said. */
const emptyLine = (
  like: ScheduleLine | undefined,
  { customer_part, ship_to }: AccountRow,
  before: Pick<RevisionRow, "base" | "directions"> | undefined,
): ScheduleLine => ({
  ...readDirections(before?.directions ?? ""),
  customerPart: customer_part,
  shipTo: { code: ship_to },
  ...(like?.releaseNumber === undefined ? {} : { releaseNumber: like.releaseNumber }),
  ...(like?.issuedOn === undefined ? {} : { issuedOn: like.issuedOn }),
  ...(like?.issuedAt === undefined ? {} : { issuedAt: like.issuedAt }),
  account: { cumulative: writeMillionths(before?.base ?? 0n) },
  steps: [],
});
