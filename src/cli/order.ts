import type { Command } from "commander";
import { listOrders, type OrderView, orderView } from "../answers/orders.ts";
import { ORDER_STATES } from "../fulfilment/order-states.ts";
import type { ShipmentOutcome } from "../fulfilment/ship.ts";
import type { WithheldLine } from "../orders/withheld-facts.ts";
import { answers, dateOption, notFound, usage } from "./frame.ts";
import { filterOf, type ListOptions, moreInWords, withListOptions } from "./lists.ts";
import { commandIn, give, inHome, type Session } from "./session.ts";
import { counted, factsInWords, KEEPER_WRITES, tableInWords } from "./words.ts";

interface ShipOptions {
  readonly line?: readonly string[];
  readonly closeShort?: boolean;
  readonly confirmation?: string;
  readonly note?: string;
  readonly shippedOn?: string;
}

export function declareOrder(command: Command): void {
  declareAnswers(command);
  declareShip(command);
  declareCancel(command);
  declareLift(command);
}

function declareAnswers(command: Command): void {
  const list = withListOptions(command.command("list").description("child sales orders, latest first"), ORDER_STATES);
  answers(list, (invocation, options: ListOptions) =>
    inHome(invocation, async ({ config, store, occasion }) => {
      const page = await listOrders(store, occasion.businessDate, filterOf(options, config));
      const rows = page.rows.map((row) => [
        row.number,
        row.partner,
        row.blanketOrder,
        row.customerOrderNumber,
        row.shipTo,
        row.scheduledOn,
        row.ordered,
        row.shipped,
        row.state,
        row.shipping,
      ]);
      return {
        document: { orders: page.rows, more: page.more },
        words:
          tableInWords(
            [
              "NUMBER",
              "PARTNER",
              "BLANKET",
              "CUSTOMER'S",
              "SHIP-TO",
              "SCHEDULED",
              ">ORDERED",
              ">SHIPPED",
              "STATE",
              "SHIPPING",
            ],
            rows,
            "No orders yet. They are made from accepted schedules when they fall due: see calloff schedule list, then calloff run.",
          ) + moreInWords(page),
      };
    }),
  );

  const show = command.command("show").description("one order with its lines").argument("<number>", "e.g. SO-000123");
  answers(show, (invocation, _options, number = "") =>
    inHome(invocation, async ({ store, occasion }) => {
      const view = await orderView(store, number, occasion.businessDate);
      if (view === undefined) throw notFound("order", number, "See calloff order list");
      return { document: view, words: orderInWords(view) };
    }),
  );
}

function declareShip(command: Command): void {
  const ship = command
    .command("ship")
    .description("book a shipment: all that is open, or the lines and quantities named; ship notice and invoice follow")
    .argument("<number>", "e.g. SO-000123, or SO-000123/10 for one line")
    .option("--line <line=quantity...>", "what was shipped of a line, e.g. --line 10=400")
    .option("--close-short", "nothing more will be shipped on these lines")
    .option("--confirmation <number>", "makes the command safe to repeat: a number is booked once")
    .option("--note <number>", "delivery note number (default: ours)")
    .option("--shipped-on <date>", "YYYY-MM-DD (default: the business date)");
  answers(ship, (invocation, options: ShipOptions, given = "") =>
    inHome(invocation, async (session) => {
      const { order, only } = orderAndLine(given);
      const wanted = shipCommand(options, await onlyLine(session, order, only));
      const outcome = await give(session, invocation.user, "order ship", order, { order, ...wanted });
      return { document: outcome, words: `${shippedInWords(order, outcome)}${KEEPER_WRITES}` };
    }),
  );
}

const shippedInWords = (order: string, outcome: ShipmentOutcome): string =>
  `${order}: ${outcome.outcome} as ${outcome.number}.\n`;

/** `SO-000123` and `SO-000123/10` both name an order; the second only one line of it. */
function orderAndLine(given: string): { order: string; only: number | undefined } {
  const match = /^(.+)\/(\d{1,9})$/.exec(given);
  return match === null ? { order: given, only: undefined } : { order: match[1] as string, only: Number(match[2]) };
}

/** Everything that is open on one line, where only that line was named. */
async function onlyLine(
  { store, occasion }: Session,
  order: string,
  only: number | undefined,
): Promise<Readonly<Record<string, string>> | undefined> {
  if (only === undefined) return undefined;
  const line = (await orderView(store, order, occasion.businessDate))?.lines.find((held) => held.line === only);
  if (line === undefined) throw notFound("order line", `${order}/${only}`, "See calloff order list");
  return { [only]: line.open };
}

function shipCommand(options: ShipOptions, only: Readonly<Record<string, string>> | undefined) {
  const quantities = options.line === undefined ? only : quantitiesOf(options.line);
  const { closeShort, confirmation, note, shippedOn } = options;
  return {
    ...(quantities === undefined ? {} : { quantities }),
    ...(closeShort === undefined ? {} : { closeShort }),
    ...(confirmation === undefined ? {} : { confirmation }),
    ...(note === undefined ? {} : { note }),
    ...(shippedOn === undefined ? {} : { shippedOn: dateOption("--shipped-on", shippedOn) }),
  };
}

function quantitiesOf(given: readonly string[]): Readonly<Record<string, string>> {
  const quantities: Record<string, string> = {};
  for (const one of given) {
    const match = /^0*(\d{1,9})=(\d+(?:\.\d{1,6})?)$/.exec(one);
    const line = match?.[1] ?? "";
    if (match === null || line in quantities) {
      throw usage(match === null ? "--line is not understood" : `--line names line ${line} twice`, {
        place: { field: "--line" },
        expected: "a line number, =, and a quantity with at most six decimals, each line once; e.g. 10=400",
        found: one,
        remedy: "Correct the option; nothing was booked",
      });
    }
    quantities[line] = match[2] as string;
  }
  return quantities;
}

function declareCancel(command: Command): void {
  const cancel = command
    .command("cancel")
    .description("cancel what is open on an order; the quantity is withheld, not made again")
    .argument("<number>", "e.g. SO-000123")
    .requiredOption("--reason <text>", "why");
  answers(cancel, async (invocation, { reason }: { reason: string }, order = "") => {
    const withheld = await commandIn(invocation, "order cancel", order, { order, reason });
    return { document: { order, withheld }, words: linesInWords(withheld, "cancelled and withheld") };
  });
}

function declareLift(command: Command): void {
  const lift = command
    .command("lift")
    .description("let withheld quantity of an order become due again")
    .argument("<number>", "e.g. SO-000123")
    .requiredOption("--reason <text>", "why");
  answers(lift, async (invocation, { reason }: { reason: string }, order = "") => {
    const lifted = await commandIn(invocation, "order lift", order, { order, reason });
    return { document: { order, lifted }, words: linesInWords(lifted, "due again") };
  });
}

const linesInWords = (lines: readonly WithheldLine[], what: string): string =>
  `${lines.map(({ reference, quantity }) => `${reference}: ${quantity} ${what}\n`).join("")}${KEEPER_WRITES}`;

const orderInWords = (view: OrderView): string =>
  `${factsInWords([
    ["order", view.number],
    ["partner", view.partner],
    ["blanket order", view.blanketOrder],
    ["customer's order", view.customerOrderNumber],
    ["ship-to", view.shipTo],
    ["scheduled on", view.scheduledOn],
    ["ship on", view.requiredShipOn],
    ["state", `${view.state}, shipped: ${view.shipping}`],
  ])}\n${tableInWords(
    ["LINE", "ITEM", "CUSTOMER'S PART", "REQUESTED", ">ORDERED", ">SHIPPED", ">OPEN", ">INVOICED", "UNIT", "STATE"],
    view.lines.map((line) => [
      line.reference,
      line.item,
      line.customerPart,
      line.requestedOn,
      line.ordered,
      line.shipped,
      line.open,
      line.invoiced,
      line.unit,
      line.state,
    ]),
    "It has no lines.",
  )}${counted(view.lines.length, "line")}. See calloff why ${view.number} for where it comes from.\n`;
