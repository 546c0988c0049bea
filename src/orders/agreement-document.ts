/** What a blanket order document asks for, checked and in the shape of rows (features.md A1, A2, A4). */

import type { Partner } from "../config/partner.ts";
import type { BlanketOrderDocument } from "../documents/erp.ts";
import type { NewRow } from "../store/columns.ts";
import type { agreement, agreementAlias, agreementLine, linePrice } from "../store/tables.ts";
import type { ErrorCode } from "../values/error-codes.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { quantity, total, writeMillionths } from "../values/figures.ts";
import { normalForm } from "../values/identifiers.ts";
import type { HandSplit } from "./hand-schedule.ts";

type Header = Omit<NewRow<typeof agreement.columns>, "id" | "number" | "state" | "version" | "source">;
type Line = Omit<NewRow<typeof agreementLine.columns>, "id" | "agreement_id">;
type LinePrice = Omit<NewRow<typeof linePrice.columns>, "id" | "line_id" | "who">;
type Alias = Omit<NewRow<typeof agreementAlias.columns>, "id" | "agreement_id">;

export interface WantedLine {
  readonly row: Required<Line>;
  readonly prices: readonly Required<LinePrice>[];
  /** Schedule lines by hand; `undefined` where the document says nothing of them. */
  readonly splits: readonly HandSplit[] | undefined;
  /** `lines[2]`, for messages. */
  readonly place: string;
}

export interface WantedAgreement {
  readonly header: Required<Header>;
  readonly aliases: readonly Required<Alias>[];
  readonly lines: readonly WantedLine[];
}

/** Prices are for one piece unless told. */
const PIECE = quantity("1");

/**
 * The rows a document asks for.
 * @throws CalloffError AGREEMENT_* naming the field, what was expected and what was found.
 */
export function wantedAgreement(document: BlanketOrderDocument, partner: Partner): WantedAgreement {
  const validity = { valid_from: document.from ?? "", valid_to: document.to ?? "" };
  refuseReversed(validity, "to");
  const header = {
    side: document.side,
    partner: document.partner,
    customer_number: document.customerNumber,
    customer_number_normal: normalForm(document.customerNumber, partner.schedule),
    currency: document.currency,
    payment_terms: document.paymentTerms ?? "",
    terms: document.terms ?? "",
    description: document.description ?? "",
    contact: document.contact ?? "",
    ...validity,
    expires_on: document.expiresOn ?? "",
    ship_to: document.shipTo ?? "",
  };
  const aliases = (document.aliases ?? []).map(({ number, from, to }, n) => {
    const valid = { valid_from: from ?? "", valid_to: to ?? "" };
    refuseReversed(valid, `aliases[${n}].to`);
    return {
      partner: document.partner,
      spelling: number,
      normal: normalForm(number, partner.schedule),
      ...valid,
    };
  });
  return { header, aliases, lines: wantedLines(document, partner) };
}

function wantedLines(document: BlanketOrderDocument, partner: Partner): WantedLine[] {
  const seen = new Set<number>();
  return document.lines.map((line, n) => {
    const place = `lines[${n}]`;
    if (seen.has(line.line)) {
      throw refused("AGREEMENT_LINE_TWICE", `Line ${line.line} is there twice`, `${place}.line`, {
        expected: "line numbers that differ",
        found: String(line.line),
      });
    }
    seen.add(line.line);
    const shipTo = line.shipTo ?? document.shipTo;
    if (shipTo === undefined) {
      throw refused("AGREEMENT_SHIP_TO", `Line ${line.line} has no ship-to`, `${place}.shipTo`, {
        expected: "a ship-to code on the line, or on the header as default for its lines",
        found: "nothing",
      });
    }
    return {
      row: {
        line_no: line.line,
        item: line.item,
        customer_part: line.customerPart ?? line.item,
        customer_part_normal: normalForm(line.customerPart ?? line.item, partner.schedule),
        description: line.description ?? "",
        commitment: line.commitment,
        quantity: contractQuantity(line, place),
        unit: line.unit,
        ship_to: shipTo,
        ship_to_normal: normalForm(shipTo, partner.schedule),
        dock: line.dock ?? "",
        model_year: line.modelYear ?? "",
        price_per: positive(line.pricePer, `${place}.pricePer`) ?? PIECE,
        tolerance_percent: notNegative(line.tolerancePercent, `${place}.tolerancePercent`) ?? 0n,
        pack: positive(line.pack, `${place}.pack`) ?? 0n,
      },
      prices: wantedPrices(document, line, place),
      splits: wantedSplits(line, place),
      place,
    };
  });
}

type DocumentLine = BlanketOrderDocument["lines"][number];

function contractQuantity(line: DocumentLine, place: string): bigint {
  const given = positive(line.quantity, `${place}.quantity`);
  if (given !== undefined) return given;
  if (line.commitment === "open") return 0n;
  throw refused("AGREEMENT_QUANTITY", `Line ${line.line} has no quantity`, `${place}.quantity`, {
    expected: `a quantity, because the commitment is ${line.commitment}`,
    found: "nothing",
  });
}

function wantedPrices(document: BlanketOrderDocument, line: DocumentLine, place: string): Required<LinePrice>[] {
  const first =
    line.price === undefined
      ? []
      : [
          {
            valid_from: document.from ?? "",
            price: notNegative(line.price, `${place}.price`) ?? 0n,
            reason: "",
          },
        ];
  const later = (line.prices ?? []).map(({ from, price, reason }, n) => ({
    valid_from: from,
    price: notNegative(price, `${place}.prices[${n}].price`) ?? 0n,
    reason: reason ?? "",
  }));
  const prices = [...first, ...later];
  prices.forEach(({ valid_from }, n) => {
    if (prices.findIndex((other) => other.valid_from === valid_from) === n) return;
    throw refused("AGREEMENT_PRICE_TWICE", `Line ${line.line} has two prices from one day`, `${place}.prices`, {
      expected: "one price for each day from which prices hold",
      found: valid_from === "" ? "two without a day" : `two from ${valid_from}`,
    });
  });
  return prices;
}

function wantedSplits(line: DocumentLine, place: string): HandSplit[] | undefined {
  if (line.splits === undefined) return undefined;
  const splits = line.splits.map((split, n) => ({
    date: split.date ?? "",
    quantity: positive(split.quantity, `${place}.splits[${n}].quantity`) ?? 0n,
    customerOrderNumber: split.customerOrderNumber ?? "",
    purchaseOrderCreatedOn: split.purchaseOrderCreatedOn ?? "",
    allocate: split.allocate ?? false,
  }));
  const sum = total(splits.map((split) => split.quantity));
  const contract = line.quantity === undefined ? undefined : quantity(line.quantity);
  if (line.commitment === "quantity" && contract !== undefined && sum > contract) {
    throw refused("AGREEMENT_SPLITS", `The splits of line ${line.line} are more than its quantity`, `${place}.splits`, {
      expected: `at most ${writeMillionths(contract)} in all`,
      found: writeMillionths(sum),
    });
  }
  return splits;
}

function positive(text: string | undefined, field: string): bigint | undefined {
  if (text === undefined) return undefined;
  const figure = quantity(text);
  if (figure > 0n) return figure;
  throw refused("AGREEMENT_FIGURE", "The figure is not more than zero", field, {
    expected: "more than zero",
    found: text,
  });
}

function notNegative(text: string | undefined, field: string): bigint | undefined {
  if (text === undefined) return undefined;
  const figure = quantity(text);
  if (figure >= 0n) return figure;
  throw refused("AGREEMENT_FIGURE", "The figure is below zero", field, { expected: "zero or more", found: text });
}

function refuseReversed({ valid_from, valid_to }: { valid_from: string; valid_to: string }, field: string): void {
  if (valid_from === "" || valid_to === "" || valid_from <= valid_to) return;
  throw refused("AGREEMENT_DATES", "The last day lies before the first", field, {
    expected: `${valid_from} or later`,
    found: valid_to,
  });
}

/** A document that cannot be taken: nothing of it has effect. */
export const refused = (
  code: ErrorCode,
  message: string,
  field: string,
  details: { expected: string; found: string; remedy?: string },
): CalloffError =>
  new CalloffError(code, message, {
    place: { field },
    remedy: "Correct the document and hand it over again; nothing of it was taken",
    exit: EXIT.refused,
    ...details,
  });
