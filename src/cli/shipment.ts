import type { Command } from "commander";
import { listShipments, shipmentView } from "../answers/shipments.ts";
import { answers, notFound } from "./frame.ts";
import { filterOf, type ListOptions, moreInWords, withListOptions } from "./lists.ts";
import { inHome } from "./session.ts";
import { factsInWords, tableInWords } from "./words.ts";

export function declareShipment(command: Command): void {
  const list = withListOptions(command.command("list").description("shipments, latest first"));
  answers(list, (invocation, options: ListOptions) =>
    inHome(invocation, async ({ config, store }) => {
      const page = await listShipments(store, filterOf(options, config));
      const rows = page.rows.map((row) => [row.number, row.partner, row.note, row.shipTo, row.shippedOn, row.source]);
      return {
        document: { shipments: page.rows, more: page.more },
        words:
          tableInWords(
            ["NUMBER", "PARTNER", "NOTE", "SHIP-TO", "SHIPPED ON", "BY"],
            rows,
            "Nothing has been shipped. See calloff order list, then calloff order ship NUMBER.",
          ) + moreInWords(page),
      };
    }),
  );

  const show = command
    .command("show")
    .description("one shipment with its lines")
    .argument("<number>", "e.g. SH-000012");
  answers(show, (invocation, _options, number = "") =>
    inHome(invocation, async ({ store }) => {
      const view = await shipmentView(store, number);
      if (view === undefined) throw notFound("shipment", number, "See calloff shipment list");
      return { document: view, words: shipmentInWords(view) };
    }),
  );
}

const shipmentInWords = (view: NonNullable<Awaited<ReturnType<typeof shipmentView>>>): string =>
  `${factsInWords([
    ["shipment", view.number],
    ["partner", view.partner],
    ["delivery note", view.note],
    ["ship-to", view.shipTo],
    ["shipped on", view.shippedOn],
    ["confirmation", view.confirmation],
    ["carrier", view.carrier],
    ["equipment", view.equipment],
    ["packages", view.packages],
  ])}\n${tableInWords(
    ["LINE", "ORDER LINE", ">QUANTITY", ">CUMULATIVE SHIPPED"],
    view.lines.map((line) => [line.reference, line.orderLine, line.quantity, line.cumulative]),
    "It has no lines.",
  )}`;
