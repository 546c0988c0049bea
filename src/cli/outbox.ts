import type { Command } from "commander";
import { listOutbox, listWaiting, type OutboxView, outboxView, type WaitingDocument } from "../answers/files.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { type Finding, findingInWords } from "../values/finding.ts";
import { answers, notFound, numberOption } from "./frame.ts";
import { filterOf, type ListOptions, moreInWords, withListOptions } from "./lists.ts";
import { give, inHome, type Session } from "./session.ts";
import { factsInWords, harmless, KEEPER_WRITES, tableInWords } from "./words.ts";

const STATES = ["rendered", "staged", "written", "uncertain", "failed"];

export function declareOutbox(command: Command): void {
  const list = withListOptions(command.command("list").description("files that went out, latest first"), STATES);
  answers(list, (invocation, options: ListOptions) =>
    inHome(invocation, async ({ config, store }) => {
      const page = await listOutbox(store, filterOf(options, config));
      const waiting = await listWaiting(store, filterOf(options, config));
      return {
        document: { files: page.rows, more: page.more, waiting: waiting.rows },
        words: [
          tableInWords(
            ["ID", "RECEIVER", "NAME", "CONTROL", "STATE", "WRITTEN", "WHY"],
            page.rows.map((row) => [
              row.id,
              row.receiver,
              row.name,
              row.control,
              row.state,
              row.writtenAt,
              row.finding,
            ]),
            "Nothing has gone out yet.",
          ),
          moreInWords(page),
          waiting.rows.length === 0
            ? ""
            : `\nnot in a file yet\n${tableInWords(
                ["CAUSE", "KIND", "RECEIVER", "NUMBER", "STATE", "WHY"],
                waiting.rows.map((row) => [
                  row.cause,
                  row.kind,
                  row.receiver,
                  row.number,
                  row.state,
                  heldInWords(row.finding),
                ]),
                "",
              )}`,
        ].join(""),
      };
    }),
  );

  const show = command.command("show").description("one file with its content").argument("<id>", "its ID in the list");
  answers(show, (invocation, _options, given = "") =>
    inHome(invocation, async ({ store }) => {
      const view = await outboxView(store, numberOption("the ID", given));
      if (view === undefined) throw notFound("outbox file", given, "See calloff outbox list");
      return { document: view, words: viewInWords(view) };
    }),
  );

  const resend = command
    .command("resend")
    .description(
      [
        "send again: a file whose fate is uncertain or that failed, its numbers stay; or a document that is held",
        "",
        "A file goes out with the bytes it was made with, whatever the settings say by now. Where somebody has changed it in the",
        "outbox folder, it is not written over: the file fails again until the changed one is moved away.",
        "A held document is written anew, by the settings and the master data as they are now.",
      ].join("\n"),
    )
    .argument("<id>", "the file's ID, or the document's cause, as the list shows them")
    .option("--again", "also a file that was written: its reader gets it twice");
  answers(resend, (invocation, { again }: { again?: boolean }, given = "") =>
    inHome(invocation, async (session) => {
      const what = /^\d+$/.test(given) ? await resendFile(session, invocation.user, given, again === true) : given;
      if (what === given)
        await give(session, invocation.user, "document resend", `document:${given}`, { cause: given });
      return { document: { id: given, name: what, waiting: true }, words: `${what} goes out again.\n${KEEPER_WRITES}` };
    }),
  );
}

async function resendFile(session: Session, user: string, given: string, again: boolean): Promise<string> {
  const view = await outboxView(session.store, numberOption("the ID", given));
  if (view === undefined) throw notFound("outbox file", given, "See calloff outbox list");
  const { folder, name } = view;
  if (view.state === "written" && !again) throw written(name);
  await give(session, user, "outbox resend", `outbox:${folder}/${name}`, { folder, name });
  return name;
}

const written = (name: string): CalloffError =>
  new CalloffError("OUTBOX_WRITTEN", `${name} was written and delivered`, {
    expected: "a file that is uncertain or failed, or a document that is held",
    found: "written",
    remedy: "If its reader has lost it, repeat the command with --again; the reader must be ready to see it twice",
    exit: EXIT.conflict,
  });

/** Why a document is in no file: the finding that it is held with, which is not stored for one that only waits. */
function heldInWords(finding: WaitingDocument["finding"]): string {
  const isHeld = typeof finding === "object" && finding !== null && "message" in finding;
  return isHeld ? findingInWords(finding as unknown as Finding) : "";
}

function answerInWords({ answer, answerDue, overdueSince }: OutboxView["documents"][number]): string {
  if (answer !== "") return answer;
  if (overdueSince !== "") return `overdue since ${overdueSince}`;
  return answerDue === "" ? "" : `due by ${answerDue}`;
}

const viewInWords = (view: OutboxView): string =>
  `${factsInWords([
    ["file", view.name],
    ["receiver", view.receiver],
    ["folder", view.folder],
    ["state", view.state],
    ["why", view.finding],
    ["control number", view.control],
    ["written", view.writtenAt],
    ["sha256", view.sha256],
  ])}\n${tableInWords(
    ["DOCUMENT", "NUMBER", "ANSWERED", "ADVISED"],
    view.documents.map((held) => [held.kind, held.number, answerInWords(held), held.advice]),
    "It carries no documents.",
  )}\n${harmless(view.content)}\n`;
