/** Interchanges that came before and count, as far as a file that is registered may repeat them. */
import { select } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import { file, type InterchangeRow, interchange, message } from "../store/tables.ts";
import type { InterchangeEntry } from "../syntax/segment.ts";
import type { Arrival } from "./file-plan.ts";
import { partnerOf } from "./identities.ts";
import { type EarlierInterchange, kindOf, type Unnumbered } from "./known-interchanges.ts";

/** Those of the folder's partners with the control numbers of the file that were taken, held or applied before. */
export async function earlierInterchanges(
  from: Queryable,
  { catalogue, partners }: Arrival,
): Promise<EarlierInterchange[]> {
  const entries = catalogue.interchanges.filter(({ control }) => control !== "");
  const controls = [...new Set(entries.flatMap(({ control, previous }) => [control, previous ?? ""]))];
  if (entries.length === 0 || partners.length === 0) return [];
  const rows = await select(
    from,
    interchange,
    // By all four columns of the index, so that the cost does not grow with what came before.
    `WHERE partner IN (:partners) AND sender IN (:senders) AND receiver IN (:receivers) AND control IN (:controls)
     AND control <> '' AND state IN ('open', 'closed', 'held') ORDER BY id DESC`,
    {
      partners: partners.map(({ code }) => code),
      controls,
      senders: namesOf(entries, "sender"),
      receivers: namesOf(entries, "receiver"),
    },
  );
  if (rows.length === 0) return [];
  const claims = await claimsOf(from, rows);
  const counted = await firstTypes(
    from,
    rows.filter(({ syntax }) => syntax === "fixed"),
  );
  // The latest of a number comes last, so that it is the one that counts.
  return rows.toReversed().map((row) => ({
    partner: row.partner,
    family: row.syntax,
    counted: counted.get(row.id) ?? "",
    sender: row.sender,
    receiver: row.receiver,
    control: row.control,
    sha256: row.sha256,
    claim: claims.get(row.file_id) ?? "",
  }));
}

const namesOf = (entries: readonly InterchangeEntry[], end: "sender" | "receiver"): string[] => [
  ...new Set(entries.map((entry) => entry[end].id)),
];

async function claimsOf(from: Queryable, rows: readonly InterchangeRow[]): Promise<Map<number, string>> {
  if (rows.length === 0) return new Map();
  const files = await select(from, file, "WHERE id IN (:ids)", { ids: rows.map((row) => row.file_id) });
  return new Map(files.map(({ id, claim }) => [id, claim]));
}

/** By interchange, the type of its first message. */
async function firstTypes(from: Queryable, rows: readonly InterchangeRow[]): Promise<Map<number, string>> {
  if (rows.length === 0) return new Map();
  const ids = rows.map(({ id }) => id);
  const first = await select(from, message, "WHERE interchange_id IN (:ids) AND ordinal = 1", { ids });
  return new Map(first.map(({ interchange_id, type }) => [interchange_id ?? 0, type]));
}

/** Interchanges without a number: those of the same bytes as the file's, and the latest of each kind that it holds. */
export async function earlierUnnumbered(
  from: Queryable,
  { catalogue, hashes, partners, table }: Arrival,
): Promise<Unnumbered> {
  const entries = catalogue.interchanges
    .map((entry, n) => ({ entry, sha256: hashes[n] ?? "", partner: partnerOf(entry, partners, table)?.code }))
    .filter(({ entry, partner }) => entry.control === "" && partner !== undefined);
  if (entries.length === 0) return { same: [], latest: [] };
  const same = await select(
    from,
    interchange,
    `WHERE partner IN (:partners) AND sha256 IN (:hashes) AND control = '' AND state IN ('open', 'closed', 'held')
     ORDER BY id`,
    {
      partners: [...new Set(entries.map(({ partner }) => partner as string))],
      hashes: [...new Set(entries.map(({ sha256 }) => sha256))],
    },
  );
  const latest = await latestOf(
    from,
    entries.map(({ entry, partner }) => ({ partner: partner as string, kind: kindOf(entry) })),
  );
  const claims = await claimsOf(from, [...same, ...latest.map(({ row }) => row)]);
  const named = (row: InterchangeRow) => ({
    partner: row.partner,
    sha256: row.sha256,
    claim: claims.get(row.file_id) ?? "",
  });
  return { same: same.map(named), latest: latest.map(({ row, kind }) => ({ ...named(row), kind })) };
}

/** The latest interchange without a number of each partner and kind. */
async function latestOf(
  from: Queryable,
  wanted: readonly { partner: string; kind: string }[],
): Promise<{ kind: string; row: InterchangeRow }[]> {
  const kinds = new Map(wanted.map((one) => [JSON.stringify([one.partner, one.kind]), one]));
  const found: { kind: string; row: InterchangeRow }[] = [];
  for (const { partner, kind } of kinds.values()) {
    const [row] = await select(
      from,
      interchange,
      `WHERE partner = :partner AND kind = :kind AND control = '' AND state IN ('open', 'closed', 'held')
       ORDER BY id DESC LIMIT 1`,
      { partner, kind },
    );
    if (row !== undefined) found.push({ kind, row });
  }
  return found;
}
