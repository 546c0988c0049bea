/** Blanket orders as the ERP states them, taken in whole or not at all (features.md A1, A2, A4 to A6, A9). */
import type { Partner } from "../config/partner.ts";
import type { BlanketOrderDocument } from "../documents/erp.ts";
import { recordAudit } from "../store/audit.ts";
import { holdAlone } from "../store/locks.ts";
import { insert, insertOne, select, selectOne } from "../store/rows.ts";
import { documentNumber, takeNumbers } from "../store/series.ts";
import type { Queryable, Tx } from "../store/store.ts";
import { type AgreementRow, agreement, agreementAlias } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { changeAgreement } from "./agreement-changes.ts";
import { refused, type WantedAgreement, wantedAgreement } from "./agreement-document.ts";
import { addLines, rememberAliases } from "./agreement-lines.ts";
import { partnerNamed } from "./configuration.ts";
import type { HandConfiguration } from "./hand-schedule.ts";

export interface ImportedAgreement {
  /** Ours, BA-000001 unless the document states another. */
  readonly number: string;
  readonly outcome: "created" | "changed" | "unchanged";
}

/**
 * Takes one blanket order: makes it, or changes the one of that number (without a number: the one of the customer's number
 * whose validity overlaps). The same document again changes nothing.
 * @throws CalloffError PARTNER_UNKNOWN, AGREEMENT_*: nothing has effect then.
 */
export async function importBlanketOrder(
  tx: Tx,
  document: BlanketOrderDocument,
  config: HandConfiguration,
  occasion: Occasion,
): Promise<ImportedAgreement> {
  const partner = partnerNamed(config, document.partner);
  const wanted = wantedAgreement(document, partner);
  // Whose a customer's number is, no unique key can say: validities may follow each other.
  await holdAlone(tx, "agreements", partner.code);
  const rivals = await agreementsOfCustomer(tx, wanted);
  const held = await agreementMeant(tx, document, rivals, wanted);
  refuseTakenNumber(
    wanted,
    rivals.filter((rival) => rival.agreement.id !== held?.id),
  );
  if (held === undefined) {
    return { number: await makeAgreement(tx, document, wanted, partner, config, occasion), outcome: "created" };
  }
  return { number: held.number, outcome: await changeAgreement(tx, held, document, wanted, partner, config, occasion) };
}

/** An agreement under one of the numbers the customer may quote for it, and from when to when. */
interface CustomerNumber {
  readonly agreement: AgreementRow;
  readonly normal: string;
  readonly valid_from: string;
  readonly valid_to: string;
  readonly alias: boolean;
}

/** Agreements of the partner and side that are known under one of the wanted agreement's customer numbers. */
async function agreementsOfCustomer(from: Queryable, wanted: WantedAgreement): Promise<CustomerNumber[]> {
  const { partner, side, customer_number_normal } = wanted.header;
  const normals = [customer_number_normal, ...wanted.aliases.map(({ normal }) => normal)];
  const own = await select(
    from,
    agreement,
    "WHERE partner = :partner AND side = :side AND customer_number_normal IN (:normals) ORDER BY id",
    { partner, side, normals },
  );
  const aliases = await select(
    from,
    agreementAlias,
    "WHERE partner = :partner AND normal IN (:normals) ORDER BY agreement_id",
    { partner, normals },
  );
  const ids = aliases.map(({ agreement_id }) => agreement_id);
  const aliased =
    ids.length === 0 ? [] : await select(from, agreement, "WHERE id IN (:ids) AND side = :side", { ids, side });
  const byId = new Map(aliased.map((row) => [row.id, row]));
  return [
    ...own.map((row) => ({
      agreement: row,
      normal: row.customer_number_normal,
      valid_from: row.valid_from,
      valid_to: row.valid_to,
      alias: false,
    })),
    ...aliases.flatMap(({ agreement_id, normal, valid_from, valid_to }) => {
      const row = byId.get(agreement_id);
      return row === undefined ? [] : [{ agreement: row, normal, valid_from, valid_to, alias: true }];
    }),
  ];
}

interface Validity {
  readonly valid_from: string;
  readonly valid_to: string;
}
/** Both days belong to a validity; an empty one is open on that side. */
const overlap = (a: Validity, b: Validity): boolean =>
  (a.valid_to === "" || b.valid_from <= a.valid_to) && (b.valid_to === "" || a.valid_from <= b.valid_to);

async function agreementMeant(
  tx: Tx,
  document: BlanketOrderDocument,
  rivals: readonly CustomerNumber[],
  { header }: WantedAgreement,
): Promise<AgreementRow | undefined> {
  if (document.number !== undefined) {
    return selectOne(tx, agreement, "WHERE number = :number", { number: document.number });
  }
  const known = rivals.filter(
    (rival) =>
      !rival.alias &&
      rival.normal === header.customer_number_normal &&
      rival.agreement.state !== "cancelled" &&
      overlap(rival, header),
  );
  return known[0]?.agreement;
}

/** A customer's number means one agreement at a time (A1). */
function refuseTakenNumber(wanted: WantedAgreement, rivals: readonly CustomerNumber[]): void {
  const numbers = [
    { normal: wanted.header.customer_number_normal, ...validityOf(wanted.header), field: "customerNumber" },
    ...wanted.aliases.map((alias, n) => ({
      normal: alias.normal,
      ...validityOf(alias),
      field: `aliases[${n}].number`,
    })),
  ];
  for (const number of numbers) {
    const rival = rivals.find(
      (other) =>
        other.normal === number.normal &&
        overlap(other, number) &&
        !["cancelled", "completed"].includes(other.agreement.state),
    );
    if (rival === undefined) continue;
    throw refused(
      "AGREEMENT_CUSTOMER_NUMBER",
      `The customer's number already means blanket order ${rival.agreement.number}`,
      number.field,
      {
        expected: "a number that no other blanket order of this customer has in the same time",
        found: `${number.normal}, which ${rival.agreement.number} has ${validityInWords(rival)}`,
        remedy: "Give the two validities that do not overlap, or hand it over under the number of that blanket order",
      },
    );
  }
}

const validityOf = ({ valid_from, valid_to }: Validity): Validity => ({ valid_from, valid_to });
const validityInWords = ({ valid_from, valid_to }: Validity): string =>
  `from ${valid_from === "" ? "ever" : valid_from} to ${valid_to === "" ? "ever" : valid_to}`;

async function makeAgreement(
  tx: Tx,
  document: BlanketOrderDocument,
  wanted: WantedAgreement,
  partner: Partner,
  config: HandConfiguration,
  occasion: Occasion,
): Promise<string> {
  const number = document.number ?? (await freeNumber(tx));
  const id = await insertOne(tx, agreement, {
    ...wanted.header,
    number,
    state: document.state,
    version: 1,
    source: occasion.who,
  });
  await insert(
    tx,
    agreementAlias,
    wanted.aliases.map((alias) => ({ ...alias, agreement_id: id })),
  );
  const made = { ...wanted.header, id, number, state: document.state, version: 1, source: occasion.who };
  await addLines(tx, made, wanted.lines, partner, config, occasion);
  await rememberAliases(tx, made, wanted.aliases, partner);
  await recordAudit(tx, occasion, "agreement.created", number, document);
  return number;
}

/** Ours come from the series; the ERP may have used some of them already. */
async function freeNumber(tx: Tx): Promise<string> {
  for (;;) {
    const number = documentNumber("BA", await takeNumbers(tx, "BA", 1));
    const taken = await selectOne(tx, agreement, "WHERE number = :number", { number });
    if (taken === undefined) return number;
  }
}
