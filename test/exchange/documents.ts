/** Documents to be sent, for tests of the exchange. */
import type { Invoice } from "../../src/documents/invoice.ts";
import type { ShipNotice } from "../../src/documents/ship-notice.ts";

export const notice: ShipNotice = {
  purpose: "original",
  number: "SH-000012",
  issuedOn: "2027-03-01",
  issuedAt: "0730",
  structure: "0001",
  shippedOn: "2027-03-01",
  parties: [
    { role: "ship-to", name: "ACME Plant 1", scheme: "customer", code: "PLANT1" },
    { role: "ship-from", name: "Example", scheme: "customer", code: "SUP01" },
  ],
  lines: [
    {
      number: "10",
      customerPart: "4711-A",
      quantity: "400",
      unit: "PC",
      cumulative: "400",
      blanketNumber: "B-100",
      releaseNumber: "R1",
    },
  ],
};

export const invoice: Invoice = {
  number: "IN-000007",
  issuedOn: "2027-03-01",
  kind: "invoice",
  blanketNumber: "B-100",
  parties: [{ role: "ship-to", scheme: "customer", code: "PLANT1" }],
  lines: [{ number: "10", quantity: "400", unit: "PC", price: "1.25", amount: "500", customerPart: "4711-A" }],
  total: "500",
};
