import type { ErpOrder } from "../../src/documents/erp.ts";

/** A child sales order of 400 as it leaves for the ERP. */
export const salesOrder = (number: string): ErpOrder => ({
  schema: "calloff/sales-order/1",
  number,
  kind: "call on contract",
  partner: "acme",
  blanketOrder: "BA-000001",
  customerBlanketOrder: "B-100",
  issuedOn: "2027-03-01",
  scheduledOn: "2027-03-01",
  shipTo: { code: "PLANT1" },
  currency: "EUR",
  stock: "none",
  lines: [
    {
      line: 10,
      reference: `${number}/10`,
      item: "4711",
      customerPart: "4711-A",
      quantity: "400",
      unit: "PC",
      blanketLine: 10,
    },
  ],
});
