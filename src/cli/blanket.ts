import type { Command } from "commander";
import { listBlankets } from "../answers/blankets.ts";
import { AGREEMENT_STATES } from "../orders/agreement-states.ts";
import { type BlanketLineView, type BlanketView, blanketView } from "../orders/views.ts";
import { answers, dateOption } from "./frame.ts";
import { filterOf, type ListOptions, moreInWords, withListOptions } from "./lists.ts";
import { inHome } from "./session.ts";
import { factsInWords, oneLine, tableInWords } from "./words.ts";

export function declareBlanket(command: Command): void {
  const list = withListOptions(command.command("list").description("blanket orders, latest first"), AGREEMENT_STATES);
  answers(list, (invocation, options: ListOptions) =>
    inHome(invocation, async ({ config, store, occasion }) => {
      const page = await listBlankets(store, filterOf(options, config));
      return {
        document: { blanketOrders: page.rows, more: page.more },
        words:
          tableInWords(
            ["NUMBER", "PARTNER", "CUSTOMER'S", "STATE", ">LINES", "EXPIRES"],
            page.rows.map((row) => [
              row.number,
              row.partner,
              row.customerNumber,
              row.state,
              row.lines,
              row.expiresOn === "" || row.expiresOn >= occasion.businessDate
                ? row.expiresOn
                : `${row.expiresOn} (past)`,
            ]),
            "No blanket orders yet. Drop one as JSON into inbox/erp/, or calloff import FILE.",
          ) + moreInWords(page),
      };
    }),
  );

  const show = command
    .command("show")
    .description("where a blanket order stands: contract, processed, remaining, delivered, cumulatives, in transit")
    .argument("<number>", "e.g. BA-000001")
    .option("--as-of <date>", "as of any day (default: the business date)");
  answers(show, (invocation, { asOf }: { asOf?: string }, number = "") =>
    inHome(invocation, async ({ store, occasion }) => {
      const day = asOf === undefined ? occasion.businessDate : dateOption("--as-of", asOf);
      const view = await blanketView(store, number, day);
      return { document: view, words: blanketInWords(view) };
    }),
  );
}

const OPEN_ENDED = "open-ended";

const blanketInWords = (view: BlanketView): string =>
  [
    factsInWords([
      ["blanket order", view.number],
      ["partner", view.partner],
      ["customer's number", view.customerNumber],
      ["state", view.state],
      ["valid", [view.from, view.to].filter((day) => day !== "").join(" to ")],
      ["expires", view.expiresOn],
      ["payment terms", view.paymentTerms],
      ["as of", view.asOf],
    ]),
    ...view.warnings.map((warning) => `! ${oneLine(warning)}\n`),
    "\n",
    tableInWords(
      [
        "LINE",
        "ITEM",
        "CUSTOMER'S PART",
        "SHIP-TO",
        ">CONTRACT",
        ">PROCESSED",
        ">REMAINING",
        ">DELIVERED",
        ">DATED",
        "DATE",
        "UNIT",
      ],
      view.lines.map((line) => [
        line.line,
        line.item,
        line.customerPart,
        line.shipTo,
        line.contract ?? OPEN_ENDED,
        line.processed,
        line.remaining ?? OPEN_ENDED,
        line.delivered,
        line.dated,
        line.date,
        line.unit,
      ]),
      "It has no lines.",
    ),
    ...view.lines.map(lineInWords),
    "\n",
    tableInWords(
      ["ORDER", "SCHEDULED", "SHIP-TO", "CUSTOMER'S ORDER", ">RELEASED", ">SHIPPED"],
      view.orders.map((order) => [
        order.number,
        order.scheduledOn,
        order.shipTo,
        order.customerOrderNumber,
        order.released,
        order.shipped,
      ]),
      "No child orders yet. They are made from accepted schedules when they fall due.",
    ),
  ].join("");

/** What is behind a line's one figure: the dates still asked for, and where the customer's cumulative stands. */
function lineInWords(line: BlanketLineView): string {
  const splits =
    line.splits.length === 0
      ? ""
      : `\nline ${line.line}, still asked for\n${tableInWords(
          ["DATE", ">QUANTITY", "COMMITMENT", "CUSTOMER'S ORDER"],
          line.splits.map((split) => [split.date, split.quantity, split.commitment, split.customerOrderNumber]),
          "",
        )}`;
  const cumulatives =
    line.cumulatives.length === 0
      ? ""
      : `\nline ${line.line}, cumulatives\n${tableInWords(
          ["ACCOUNT", "SINCE", ">REQUIRED", ">RELEASED", ">SHIPPED", ">RECEIVED", ">IN TRANSIT", ">AHEAD"],
          line.cumulatives.map((held) => [
            held.spelled,
            held.since,
            held.required,
            held.released,
            held.shipped,
            held.received ?? "not stated",
            held.inTransit ?? "not stated",
            held.ahead,
          ]),
          "",
        )}`;
  return `${splits}${cumulatives}`;
}
