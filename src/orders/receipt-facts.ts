/**
 * What advices say of an account's part of a note, as facts of the ledger: each books by how much it moves what was taken in of
 * the note, all advices together.
 */
import type { Partner } from "../config/partner.ts";
import { book } from "../store/ledger.ts";
import { select } from "../store/rows.ts";
import type { Queryable, Tx } from "../store/store.ts";
import { type AccountRow, type NewLedgerRow, type ReceiptRow, receipt } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { minus, NOTHING, plus, type Quantity, total, writeMillionths } from "../values/figures.ts";
import { grouped } from "../values/grouped.ts";
import type { ShippedPart } from "./receipt-lines.ts";

/** What one advice says of a part in the message that counts: its lines added up. */
interface Said {
  /** Absent where no line states what was taken in. */
  readonly taken: Quantity | undefined;
  /** Absent where no line states a difference. */
  readonly differs: Quantity | undefined;
  readonly cancelled: boolean;
  /** The message that says so, and its lines on this part. */
  readonly messageId: number;
  readonly lines: readonly ReceiptRow[];
}

/** What is booked of an account's part of a note. */
interface Booked {
  readonly sum: Quantity;
  /** How many facts it is the sum of. */
  readonly facts: number;
  /** By number of the advice. */
  readonly said: ReadonlyMap<string, Said>;
}

const NONE: Booked = { sum: NOTHING, facts: 0, said: new Map() };

export interface BookedParts {
  /** By id, the receipts that have found their places, as they are then. */
  readonly booked: ReadonlyMap<number, ReceiptRow>;
  /** By receipt, of the first one for an account's part of a note: what was taken in of it, all advices together. */
  readonly sums: ReadonlyMap<number, Quantity>;
}

/** Books what each message says anew of each account's part of a note. */
export async function bookParts(
  tx: Tx,
  { occasion, partner }: { readonly occasion: Occasion; readonly partner: Partner },
  rows: readonly ReceiptRow[],
  parts: ReadonlyMap<number, ShippedPart>,
  accounts: readonly AccountRow[],
): Promise<BookedParts> {
  const books = await bookedBefore(tx, [...parts.values()]);
  const byId = new Map(accounts.map((row) => [row.id, row]));
  const placed = rows.flatMap((row) => {
    const part = parts.get(row.id);
    return part === undefined ? [] : [{ row, part, of: byId.get(part.accountId) as AccountRow }];
  });
  const facts: NewLedgerRow[] = [];
  const booked = new Map<number, ReceiptRow>();
  const sums = new Map<number, Quantity>();
  // In the order of applying: what was applied later counts for what came before it under the same number.
  for (const together of grouped(placed, ({ row, part }) =>
    [row.message_id, keyOf(part), row.advice].join("\n"),
  ).values()) {
    const [{ row: first, part, of }] = together as [(typeof together)[number]];
    const before = books.get(keyOf(part)) ?? NONE;
    const earlier = before.said.get(first.advice);
    // Lines of the same message that have found their places before this one count with it.
    const isPart = earlier?.messageId === first.message_id;
    const now = saidBy([...(isPart ? earlier.lines : []), ...together.map(({ row }) => row)]);
    if (now.cancelled && earlier === undefined) {
      for (const { row } of together) booked.set(row.id, { ...row, state: "filed", cause: "" });
      continue;
    }
    // Where all of those repeat what an earlier message said, this is the first fact of theirs.
    const isFurther = isPart && earlier.lines.some(({ state }) => state === "booked");
    const again = !isPart && earlier !== undefined && isSame(earlier, now);
    const said = new Map(before.said).set(first.advice, now);
    const sum = takenInOf(part, [...said.values()]);
    const difference = again ? NOTHING : minus(sum, before.sum);
    for (const [n, { row }] of together.entries()) {
      booked.set(row.id, {
        ...row,
        account_id: of.id,
        shipment_id: part.shipmentId,
        start: of.current_start,
        booked: n === 0 ? difference : NOTHING,
        state: again ? "repeated" : "booked",
        cause: "",
      });
    }
    if (again) continue;
    const count = isFurther ? before.facts : before.facts + 1;
    books.set(keyOf(part), { sum, facts: count, said });
    sums.set(first.id, sum);
    facts.push({
      account_id: of.id,
      ...(part.lineId === undefined ? {} : { line_id: part.lineId }),
      moves: "cumulative",
      start: of.current_start,
      kind: "received",
      quantity: difference,
      happened_on: first.received_on,
      booked_at: occasion.instant,
      cause_kind: "receipt",
      cause: part.shipment,
      business_key: `received:${partner.code}:${of.identity}/${part.shipment}#${count}${isFurther ? `, line ${first.document_line} of ${first.advice}` : ""}`,
      who: occasion.who,
      reason: `advice ${first.advice}: ${writeMillionths(sum)} of ${writeMillionths(part.quantity)} of note ${first.note} taken in`,
    });
  }
  await book(tx, facts);
  return { booked, sums };
}

const keyOf = ({ accountId, shipmentId }: Pick<ShippedPart, "accountId" | "shipmentId">): string =>
  `${accountId}/${shipmentId}`;

function saidBy(rows: readonly ReceiptRow[]): Said {
  const of = (kind: string): Quantity | undefined => {
    const stated = rows.filter((row) => row.stated === kind).map(({ quantity }) => quantity as Quantity);
    return stated.length === 0 ? undefined : total(stated);
  };
  return {
    taken: of("taken"),
    differs: of("difference"),
    cancelled: rows.every(({ stated }) => stated === "cancelled"),
    messageId: rows[0]?.message_id ?? 0,
    lines: rows,
  };
}

const isSame = (a: Said, b: Said): boolean =>
  a.taken === b.taken && a.differs === b.differs && a.cancelled === b.cancelled;

/** What was taken in of a part: what is stated, or else the whole note, and what they differ by. */
function takenInOf(part: ShippedPart, said: readonly Said[]): Quantity {
  const stated = said.flatMap(({ taken }) => (taken === undefined ? [] : [taken]));
  const differing = said.flatMap(({ differs }) => (differs === undefined ? [] : [differs]));
  const noted = stated.length === 0 && differing.length > 0 ? part.quantity : total(stated);
  return plus(noted, total(differing));
}

async function bookedBefore(from: Queryable, parts: readonly ShippedPart[]): Promise<Map<string, Booked>> {
  if (parts.length === 0) return new Map();
  const rows = await select(
    from,
    receipt,
    "WHERE account_id IN (:accounts) AND shipment_id IN (:shipments) AND state IN ('booked', 'repeated') ORDER BY id",
    {
      accounts: [...new Set(parts.map(({ accountId }) => accountId))],
      shipments: [...new Set(parts.map(({ shipmentId }) => shipmentId))],
    },
  );
  const ofPart = grouped(rows, (row) =>
    keyOf({ accountId: row.account_id as number, shipmentId: row.shipment_id as number }),
  );
  return new Map(
    [...ofPart].map(([key, together]) => {
      const messages = [...grouped(together, ({ message_id, advice }) => `${message_id} ${advice}`).values()];
      // The last message of an advice is the one that counts.
      const said = messages.map((lines): [string, Said] => [lines[0]?.advice ?? "", saidBy(lines)]);
      const sum = total(together.map(({ booked }) => booked as Quantity));
      const facts = messages.filter((lines) => lines.some(({ state }) => state === "booked")).length;
      return [key, { sum, facts, said: new Map(said) }];
    }),
  );
}
