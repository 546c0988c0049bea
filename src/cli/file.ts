import type { Command } from "commander";
import { type FileView, fileView, listFiles } from "../answers/files.ts";
import type { Finding } from "../values/finding.ts";
import { findingInWords } from "../values/finding.ts";
import { type Answer, answers, type Invocation, notFound, usage } from "./frame.ts";
import { filterOf, type ListOptions, moreInWords, withListOptions } from "./lists.ts";
import { commandIn, inHome } from "./session.ts";
import { factsInWords, oneLine, tableInWords } from "./words.ts";

const STATES = ["registered", "applied", "in part", "duplicate", "quarantined", "held", "failed"];

export function declareFile(command: Command): void {
  const list = withListOptions(command.command("list").description("files that came in, latest first"), STATES);
  answers(list, (invocation, options: ListOptions) =>
    inHome(invocation, async ({ config, store }) => {
      const page = await listFiles(store, filterOf(options, config));
      const rows = page.rows.map((row) => [row.id, row.receivedAt, row.partner, row.name, row.state, row.why]);
      return {
        document: { files: page.rows, more: page.more },
        words:
          tableInWords(
            ["FILE", "RECEIVED", "PARTNER", "NAME", "STATE", "WHY"],
            rows,
            "No files yet. Drop one into inbox/<partner>/, then calloff run.",
          ) + moreInWords(page),
      };
    }),
  );

  const show = command
    .command("show")
    .description("one file, its sets and findings")
    .argument("<file>", "e.g. file:12");
  answers(show, (invocation, _options, given = "") =>
    inHome(invocation, async ({ store }) => {
      const view = await fileView(store, claimOf(given));
      if (view === undefined) throw notFound("file", given, "See calloff file list");
      return { document: view, words: fileInWords(view) };
    }),
  );

  const retry = command
    .command("retry")
    .description("take up a file again that failed or was held")
    .argument("<file>", "e.g. file:12");
  answers(retry, (invocation, _options, given = "") => retried(invocation, `file:${claimOf(given)}`));
}

async function retried(invocation: Invocation, file: string): Promise<Answer> {
  await commandIn(invocation, "file retry", file, { file });
  return {
    document: { file, waiting: true },
    words: `${file} is taken up again by the keeper: calloff start does it by itself, else calloff run.\n`,
  };
}

/** The claim number out of `file:12` or `12`. */
function claimOf(given: string): string {
  const match = /^(?:file:)?(\d{1,12})$/.exec(given);
  if (match !== null) return match[1] as string;
  throw usage("A file is named by its number", {
    expected: "file:12 or 12",
    found: given,
    remedy: "See calloff file list",
  });
}

function fileInWords(view: FileView): string {
  const sets = view.interchanges.flatMap(({ ordinal, control, sets: held }) =>
    held.map((set) => [`${ordinal}`, control, set.type, set.control, set.mapping, set.segments, set.state, set.answer]),
  );
  const findings = [
    view.report,
    ...view.interchanges.flatMap((held) => [
      held.findings,
      ...held.groups.map((group) => group.findings),
      ...held.sets.map((set) => set.findings),
    ]),
  ];
  return [
    factsInWords([
      ["file", view.id],
      ["name", `${view.folder}/${view.name}`],
      ["partner", view.partner],
      ["state", view.state],
      ["why", view.why],
      ["size", `${view.size} bytes`],
      ["sha256", view.sha256],
      ["received", view.receivedAt],
      ["finished", view.finishedAt],
    ]),
    "\n",
    tableInWords(
      ["INTERCHANGE", "CONTROL", "TYPE", "SET", "MAPPING", ">SEGMENTS", "STATE", "ANSWER"],
      sets,
      "It has no sets.",
    ),
    ...findings.flatMap((held) => (Array.isArray(held) ? (held as unknown as Finding[]).map(findingLine) : [])),
  ].join("");
}

const findingLine = (finding: Finding): string => `${oneLine(findingInWords(finding))}\n`;
