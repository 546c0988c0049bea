import type { Command } from "commander";
import { invoiceView, listInvoices } from "../answers/shipments.ts";
import { answers, notFound } from "./frame.ts";
import { filterOf, type ListOptions, moreInWords, withListOptions } from "./lists.ts";
import { inHome } from "./session.ts";
import { factsInWords, tableInWords } from "./words.ts";

export function declareInvoice(command: Command): void {
  const list = withListOptions(command.command("list").description("invoices, latest first"), [
    "draft",
    "reviewed",
    "released",
  ]);
  answers(list, (invocation, options: ListOptions) =>
    inHome(invocation, async ({ store }) => {
      const page = await listInvoices(store, filterOf(options));
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
