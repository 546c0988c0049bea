/** Child orders and their changes as the ERP is told of them (features.md A7, D5, D6). */
import type { Partner } from "../config/partner.ts";
import type { ErpOrder, ErpOrderChange } from "../documents/erp.ts";
import type { Party } from "../documents/fields.ts";
import type { NewOutboundDocument } from "../store/outbound.ts";
import type { AgreementLineRow, AgreementRow } from "../store/tables.ts";
import { quantity, writeMillionths } from "../values/figures.ts";
import { normalForm } from "../values/identifiers.ts";
import { type Directions, dockIn } from "./directions.ts";

/** `SO-000123/10`. */
export const lineReference = (order: string, line: number): string => `${order}/${line}`;

/** The text without the fields that say nothing. */
const said = <F extends Record<string, string>>(fields: F): Partial<F> =>
  Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== "")) as Partial<F>;

/** Name and address of a ship-to as the partner's file gives them, however its code is spelled there. */
export function shipToParty(partner: Partner, code: string): Party {
  const normal = normalForm(code, partner.schedule);
  const known = Object.entries(partner.shipTos).find(([key]) => normalForm(key, partner.schedule) === normal)?.[1];
  return { scheme: "customer", code, ...known };
}

export interface OrderForErp {
  readonly number: string;
  readonly agreement: AgreementRow;
  readonly partner: Partner;
  readonly shipTo: string;
  readonly issuedOn: string;
  readonly scheduledOn: string;
  readonly requiredShipOn: string;
  readonly customerOrderNumber: string;
  readonly lines: readonly {
    readonly lineNumber: number;
    readonly blanketLine: AgreementLineRow;
    readonly quantity: bigint;
    readonly price: bigint;
    readonly requestedOn: string;
    readonly allocate: boolean;
    readonly releaseNumber: string;
    readonly directions: Directions;
  }[];
}

const PIECE = quantity("1");

/** The child order for the ERP: a call on the contract, with its terms; only it may reserve stock. */
export function orderDocument(order: OrderForErp): NewOutboundDocument {
  const { agreement, partner } = order;
  const document: ErpOrder = {
    schema: "calloff/sales-order/1",
    number: order.number,
    kind: "call on contract",
    partner: partner.code,
    blanketOrder: agreement.number,
    customerBlanketOrder: agreement.customer_number,
    issuedOn: order.issuedOn,
    scheduledOn: order.scheduledOn,
    shipTo: shipToParty(partner, order.shipTo),
    currency: agreement.currency,
    stock: `Stock is needed by this order alone; blanket order ${agreement.number} reserves nothing`,
    ...said({
      customerOrderNumber: order.customerOrderNumber,
      requiredShipOn: order.requiredShipOn,
      paymentTerms: agreement.payment_terms,
      terms: agreement.terms,
    }),
    lines: order.lines.map(({ blanketLine, ...line }) => ({
      line: line.lineNumber,
      reference: lineReference(order.number, line.lineNumber),
      item: blanketLine.item,
      customerPart: blanketLine.customer_part,
      quantity: writeMillionths(line.quantity),
      unit: blanketLine.unit,
      price: writeMillionths(line.price),
      blanketLine: blanketLine.line_no,
      ...(blanketLine.price_per === PIECE ? {} : { pricePer: writeMillionths(blanketLine.price_per) }),
      ...(line.allocate ? { allocate: true } : {}),
      ...said({
        description: blanketLine.description,
        dock: dockIn(line.directions) ?? blanketLine.dock,
        pointOfUse: line.directions.pointOfUse ?? "",
        warehouse: line.directions.warehouse ?? "",
        requestedOn: line.requestedOn,
        releaseNumber: line.releaseNumber,
      }),
    })),
  };
  return {
    kind: "erp-order",
    receiver: "erp",
    document,
    causeKey: `order:${order.number}`,
    number: order.number,
  };
}

export interface OrderChangeForErp {
  readonly number: string;
  readonly partner: string;
  readonly reason: string;
  readonly cancelled?: boolean;
  readonly scheduledOn?: string;
  readonly lines: readonly {
    readonly lineNumber: number;
    readonly quantity: bigint;
    readonly previousQuantity: bigint;
    readonly requestedOn?: string;
  }[];
  /** What the change is there for, once. */
  readonly cause: string;
}

/** The change of a child order for the ERP. */
export function orderChangeDocument(change: OrderChangeForErp): NewOutboundDocument {
  const document: ErpOrderChange = {
    schema: "calloff/sales-order-change/1",
    number: change.number,
    partner: change.partner,
    reason: change.reason,
    ...(change.cancelled === true ? { cancelled: true } : {}),
    ...(change.scheduledOn === undefined ? {} : { scheduledOn: change.scheduledOn }),
    lines: change.lines.map((line) => ({
      line: line.lineNumber,
      reference: lineReference(change.number, line.lineNumber),
      quantity: writeMillionths(line.quantity),
      previousQuantity: writeMillionths(line.previousQuantity),
      ...(line.requestedOn === undefined ? {} : { requestedOn: line.requestedOn }),
    })),
  };
  return {
    kind: "erp-order-change",
    receiver: "erp",
    document,
    causeKey: `order-change:${change.number}:${change.cause}`,
    number: change.number,
  };
}
