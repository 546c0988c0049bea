import type { Command } from "commander";
import { listReceipts, type ReceiptSummary, type ReceiptView, receiptView } from "../answers/receipts.ts";
import type { DecidedReceipt } from "../orders/decide-receipts.ts";
import { answers, notFound, numberOption } from "./frame.ts";
import { filterOf, type ListOptions, moreInWords, withListOptions } from "./lists.ts";
import { commandIn, inHome } from "./session.ts";
import { factsInWords, tableInWords } from "./words.ts";

const STATES = ["held", "booked", "repeated", "filed", "dismissed"];

export function declareReceipt(command: Command): void {
  const list = withListOptions(
    command.command("list").description("what customers say they received (861, RECADV), latest first"),
    STATES,
  );
  answers(list, (invocation, options: ListOptions) =>
    inHome(invocation, async ({ config, store }) => {
      const page = await listReceipts(store, filterOf(options, config));
      return {
        document: { receipts: page.rows, more: page.more },
        words:
          tableInWords(
            ["ID", "PARTNER", "ADVICE", "NOTE", "CUSTOMER'S PART", "RECEIVED", ">QUANTITY", "STATE", "WHY"],
            page.rows.map((row) => [
              row.id,
              row.partner,
              row.advice,
              row.note,
              row.customerPart || row.ourPart,
              row.receivedOn,
              figureInWords(row),
              row.state,
              row.why,
            ]),
            options.state === "held" ? "No receipt waits for a planner." : "No customer has said what they received.",
          ) + moreInWords(page),
      };
    }),
  );

  const show = command
    .command("show")
    .description("one receipt; of a held one, the shipment lines that it may mean")
    .argument("<id>", "its ID in the list");
  answers(show, (invocation, _options, id = "") =>
    inHome(invocation, async ({ store }) => {
      const view = await receiptView(store, numberOption("the ID", id));
      if (view === undefined) throw notFound("receipt", id, "See calloff receipt list");
      return { document: view, words: receiptInWords(view) };
    }),
  );
  declareDecisions(command);
}

function declareDecisions(command: Command): void {
  const place = command
    .command("place")
    .description("say which shipment line a held receipt means: it is booked there")
    .argument("<id>", "its ID in the list")
    .requiredOption("--line <line>", "the shipment line, e.g. SH-000012/10")
    .option("--quantity <quantity>", "what was taken in, in our unit, where the receipt does not say it clearly")
    .requiredOption("--reason <text>", "why");
  answers(place, async (invocation, options: { line: string; quantity?: string; reason: string }, given = "") => {
    const id = numberOption("the ID", given);
    const { line, quantity, reason } = options;
    const placing = { id, line, reason, ...(quantity === undefined ? {} : { quantity }) };
    const decided = await commandIn(invocation, "receipt place", `receipt:${id}`, placing);
    return { document: { receipts: [decided] }, words: decidedInWords([decided]) };
  });

  const dismiss = command
    .command("dismiss")
    .description("let held receipts go, all or none: they are booked on nothing")
    .argument("<id...>", "their IDs in the list")
    .requiredOption("--reason <text>", "why");
  answers(dismiss, async (invocation, { reason }: { reason: string }, ...given) => {
    const ids = idsOf(given);
    const decided = await commandIn(invocation, "receipt dismiss", `receipt:${ids.join(" ")}`, { ids, reason });
    return { document: { receipts: decided }, words: decidedInWords(decided) };
  });
}

/** Commander hands a list of operands on as one of them. */
const idsOf = (given: readonly (string | readonly string[])[]): number[] => [
  ...new Set(given.flat().map((id) => numberOption("the ID", id))),
];

function figureInWords({ stated, quantity, unit }: ReceiptSummary): string {
  if (stated === "cancelled") return "taken back";
  const figure = stated === "difference" && !quantity.startsWith("-") ? `+${quantity}` : quantity;
  return unit === "" ? figure : `${figure} ${unit}`;
}

const receiptInWords = (view: ReceiptView): string =>
  [
    factsInWords([
      ["receipt", view.id],
      ["partner", view.partner],
      ["advice", view.advice],
      ["line", view.line],
      ["file", view.file],
      ["delivery note", view.note],
      ["customer's part", view.customerPart],
      ["our part", view.ourPart],
      ["ship-to", view.shipTo],
      ["order number", view.orderNumber],
      ["received on", view.receivedOn],
      [view.stated === "difference" ? "differs by" : "taken in", figureInWords(view)],
      ["condition", view.condition],
      ["state", view.state],
      ["why", view.why],
      ["shipment", view.shipment],
    ]),
    view.lines.length === 0
      ? ""
      : `\n${tableInWords(
          ["SHIPMENT LINE", "NOTE", "CUSTOMER'S PART", ">QUANTITY", "UNIT"],
          view.lines.map((line) => [line.reference, line.note, line.customerPart, line.quantity, line.unit]),
          "",
        )}`,
    view.state === "held"
      ? `\nBook it with calloff receipt place ${view.id} --line LINE --reason …, or let it go with calloff receipt dismiss.\n`
      : "",
  ].join("");

const decidedInWords = (decided: readonly DecidedReceipt[]): string =>
  tableInWords(
    ["ID", "NOTE", "CUSTOMER'S PART", "NOW"],
    decided.map((held) => [held.id, held.note, held.customerPart, held.state]),
    "Nothing was decided.",
  );
