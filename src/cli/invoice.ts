import type { Command } from "commander";
import { invoiceView, listInvoices } from "../answers/shipments.ts";
import type { InvoiceOutcome } from "../fulfilment/invoice.ts";
import { answers, notFound } from "./frame.ts";
import { filterOf, type ListOptions, moreInWords, withListOptions } from "./lists.ts";
import { give, inHome } from "./session.ts";
import { factsInWords, KEEPER_WRITES, tableInWords } from "./words.ts";

export function declareInvoice(command: Command): void {
  const list = withListOptions(command.command("list").description("invoices, latest first"), [
    "draft",
    "reviewed",
    "released",
  ]);
  answers(list, (invocation, options: ListOptions) =>
    inHome(invocation, async ({ config, store }) => {
      const page = await listInvoices(store, filterOf(options, config));
      const rows = page.rows.map((row) => [row.number, row.partner, row.issuedOn, row.state, row.total, row.currency]);
      return {
        document: { invoices: page.rows, more: page.more },
        words:
          tableInWords(
            ["NUMBER", "PARTNER", "ISSUED ON", "STATE", ">TOTAL", "CURRENCY"],
            rows,
            "Nothing has been invoiced. Invoices are made from shipments: see calloff shipment list.",
          ) + moreInWords(page),
      };
    }),
  );

  const show = command.command("show").description("one invoice with its lines").argument("<number>", "e.g. IN-000007");
  answers(show, (invocation, _options, number = "") =>
    inHome(invocation, async ({ store }) => {
      const view = await invoiceView(store, number);
      if (view === undefined) throw notFound("invoice", number, "See calloff invoice list");
      return { document: view, words: invoiceInWords(view) };
    }),
  );

  const release = command
    .command("release")
    .description(
      "release the invoices of a shipment: where the partner's file says by-hand, or once a missing price is there",
    )
    .argument("<shipment>", "e.g. SH-000012");
  answers(release, (invocation, _options, given = "") =>
    inHome(invocation, async (session) => {
      const outcome = await give(session, invocation.user, "invoice release", given, { shipment: given });
      return { document: { shipment: given, ...outcome }, words: releasedInWords(given, outcome) };
    }),
  );
}

function releasedInWords(shipment: string, { invoices, unpriced }: InvoiceOutcome): string {
  const lines = [
    invoices.length === 0 ? `${shipment}: nothing to invoice.` : `${shipment}: released ${invoices.join(", ")}.`,
    ...unpriced.map(
      (line) => `${line}: no price is valid on the ship date; hand it over with the blanket order, then release again.`,
    ),
  ];
  return `${lines.join("\n")}\n${invoices.length === 0 ? "" : KEEPER_WRITES}`;
}

const invoiceInWords = (view: NonNullable<Awaited<ReturnType<typeof invoiceView>>>): string =>
  `${factsInWords([
    ["invoice", view.number],
    ["partner", view.partner],
    ["issued on", view.issuedOn],
    ["state", view.state],
    ["total", `${view.total} ${view.currency}`],
  ])}\n${tableInWords(
    ["LINE", "SHIPMENT LINE", "ORDER LINE", ">QUANTITY", ">PRICE", ">AMOUNT"],
    view.lines.map((line) => [
      line.reference,
      line.shipmentLine,
      line.orderLine,
      line.quantity,
      line.price,
      line.amount,
    ]),
    "It has no lines.",
  )}`;
