import type { Command } from "commander";
import { listSchedules } from "../answers/schedules.ts";
import type { DecidedRevision } from "../orders/decide.ts";
import { answers, numberOption } from "./frame.ts";
import { filterOf, type ListOptions, moreInWords, withListOptions } from "./lists.ts";
import { commandIn, inHome } from "./session.ts";
import { tableInWords } from "./words.ts";

const STATES = ["held", "accepted", "withdrawn", "superseded", "older", "repeated", "filed"];

export function declareSchedule(command: Command): void {
  declareList(command);
  declareDecisions(command);
}

function declareList(command: Command): void {
  const list = withListOptions(
    command.command("list").description("schedules, latest first, one line per item and ship-to"),
    STATES,
  ).option("--held", "only those that wait for a planner, the most urgent first");
  answers(list, (invocation, options: ListOptions & { held?: boolean }) =>
    inHome(invocation, async ({ store }) => {
      const filter = options.held === true ? { ...filterOf(options), state: "held" } : filterOf(options);
      const page = await listSchedules(store, filter);
      const empty =
        filter.state === "held"
          ? "No schedule waits for a planner."
          : "No schedules yet. Drop one into inbox/<partner>/, then calloff run.";
      return {
        document: { schedules: page.rows, more: page.more },
        words:
          tableInWords(
            ["ID", "PARTNER", "CUSTOMER'S PART", "SHIP-TO", "LAYER", "RELEASE", "OF", "STATE", "WHY", "VERDICT"],
            page.rows.map((row) => [
              row.id,
              row.partner,
              row.customerPart,
              row.shipTo,
              row.layer,
              row.releaseNumber,
              row.issuedOn,
              row.state,
              row.cause,
              row.sentence,
            ]),
            empty,
          ) + moreInWords(page),
      };
    }),
  );
}

interface DecisionOptions {
  readonly reason?: string;
  readonly requestKey?: string;
}

function declareDecisions(command: Command): void {
  const accept = command
    .command("accept")
    .description("put held schedules in force, all or none")
    .argument("<id...>", "their IDs in the list")
    .option("--reason <text>", "why")
    .option("--request-key <key>", "makes the command safe to repeat: a key is one decision");
  answers(accept, async (invocation, options: DecisionOptions, ...given) => {
    const ids = idsOf(given);
    const decided = await commandIn(invocation, "schedule accept", ids.join(" "), { ids, ...detailsOf(options) });
    return { document: { schedules: decided }, words: `${decidedInWords(decided)}${WHAT_IS_DUE}` };
  });

  const withdraw = command
    .command("withdraw")
    .description("turn held schedules down, all or none; what is in force stays")
    .argument("<id...>", "their IDs in the list")
    .requiredOption("--reason <text>", "why")
    .option("--request-key <key>", "makes the command safe to repeat: a key is one decision");
  answers(withdraw, async (invocation, options: DecisionOptions & { reason: string }, ...given) => {
    const ids = idsOf(given);
    const decided = await commandIn(invocation, "schedule withdraw", ids.join(" "), {
      ids,
      reason: options.reason,
      ...detailsOf(options),
    });
    return { document: { schedules: decided }, words: decidedInWords(decided) };
  });
}

const WHAT_IS_DUE =
  "What falls due becomes orders by the keeper: calloff start does it by its timetable, else calloff run.\n";

const detailsOf = ({ reason, requestKey }: DecisionOptions) => ({
  ...(reason === undefined ? {} : { reason }),
  ...(requestKey === undefined ? {} : { requestKey }),
});

/** Commander hands a list of operands on as one of them. */
const idsOf = (given: readonly (string | readonly string[])[]): number[] => [
  ...new Set(given.flat().map((id) => numberOption("the ID", id))),
];

const decidedInWords = (decided: readonly DecidedRevision[]): string =>
  tableInWords(
    ["ID", "CUSTOMER'S PART", "SHIP-TO", "RELEASE", "NOW"],
    decided.map((held) => [held.id, held.customerPart, held.shipTo, held.releaseNo, held.state]),
    "Nothing was decided.",
  );
