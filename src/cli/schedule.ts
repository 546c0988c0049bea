import type { Command } from "commander";
import type { DecidedRevision } from "../orders/decide.ts";
import {
  heldRevisions,
  listRevisions,
  type RevisionFilter,
  type RevisionSummary,
  revisionDiff,
  revisionView,
} from "../orders/views.ts";
import { answers, type Invocation, numberOption } from "./frame.ts";
import { filterOf, type ListOptions, moreInWords, withListOptions } from "./lists.ts";
import { diffInWords, scheduleInWords } from "./schedule-words.ts";
import { commandIn, inHome } from "./session.ts";
import { tableInWords } from "./words.ts";

const STATES = ["held", "accepted", "withdrawn", "superseded", "older", "repeated", "filed"];

export function declareSchedule(command: Command): void {
  declareList(command);
  declareShow(command);
  declareDecisions(command);
}

interface ScheduleListOptions extends ListOptions {
  readonly held?: boolean;
  readonly part?: string;
}

function declareList(command: Command): void {
  const list = withListOptions(
    command.command("list").description("schedules, latest first, one line per item and ship-to"),
    STATES,
  )
    .option("--held", "only those that wait for a planner, the earliest risk first")
    .option("--part <text>", "only parts whose number has this in it");
  answers(list, (invocation, options: ScheduleListOptions) =>
    inHome(invocation, async ({ config, store }) => {
      const { limit, partner, state } = filterOf(options, config);
      const filter: RevisionFilter = {
        limit: limit + 1,
        ...(partner === undefined ? {} : { partner }),
        ...(options.part === undefined ? {} : { part: options.part }),
        ...(state === undefined ? {} : { states: [state] }),
      };
      const found = options.held === true ? await heldRevisions(store, filter) : await listRevisions(store, filter);
      const page = { rows: found.slice(0, limit), more: found.length > limit };
      const held = options.held === true || state === "held";
      return {
        document: { schedules: page.rows, more: page.more },
        words: listInWords(page.rows, held) + moreInWords(page),
      };
    }),
  );
}

const listInWords = (rows: readonly RevisionSummary[], held: boolean): string =>
  tableInWords(
    ["ID", "PARTNER", "CUSTOMER'S PART", "SHIP-TO", "LAYER", "RELEASE", "OF", "STATE", "WHY", "VERDICT"],
    rows.map((row) => [
      row.id,
      row.partner,
      row.customerPart,
      row.shipTo,
      row.layer,
      row.releaseNo,
      row.issuedOn,
      row.state,
      row.cause,
      row.sentence,
    ]),
    held ? "No schedule waits for a planner." : "No schedules yet. Drop one into inbox/<partner>/, then calloff run.",
  );

function declareShow(command: Command): void {
  const show = command
    .command("show")
    .description("one schedule: its steps, its verdict, who decided")
    .argument("<id>", "its ID in the list");
  answers(show, (invocation, _options, id = "") =>
    inHome(invocation, async ({ store }) => {
      const view = await revisionView(store, numberOption("the ID", id));
      return { document: view, words: scheduleInWords(view) };
    }),
  );

  const diff = command
    .command("diff")
    .description("what a schedule changes: against the one it was judged against, or another")
    .argument("<id>", "its ID in the list")
    .argument("[other]", "the ID of the earlier one");
  answers(diff, (invocation: Invocation, _options, id = "", other?: string) =>
    inHome(invocation, async ({ store, config }) => {
      const of = numberOption("the ID", id);
      const { partner: code } = await revisionView(store, of);
      const partner = config.partners.get(code);
      const view = await revisionDiff(store, of, {
        ...(other === undefined ? {} : { against: numberOption("the other ID", other) }),
        ...(partner === undefined ? {} : { moveDays: config.policyOf(partner).policy.moves.days }),
      });
      return { document: view, words: diffInWords(view) };
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
