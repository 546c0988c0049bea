import { readFileSync } from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import type { ErpInbound, ErpReceipt } from "../documents/erp.ts";
import { takeRecord } from "../exchange/erp-inbound.ts";
import { type ErpRecord, readErpText } from "../exchange/erp-text.ts";
import { CalloffError, coerceError, EXIT } from "../values/errors.ts";
import { type Finding, findingInWords } from "../values/finding.ts";
import type { Json } from "../values/json.ts";
import { type Answer, answers } from "./frame.ts";
import { auditing, inHome } from "./session.ts";
import { KEEPER_WRITES, oneLine, tableInWords } from "./words.ts";

type Outcome = ErpReceipt["records"][number];

export function declareImport(command: Command): void {
  command
    .argument("<file>", "JSON: one record or a list of them")
    .addHelpText("after", "\nAll records are taken, or none.");
  answers(command, async (invocation, _options, file = "") => {
    const { records, findings } = readErpText(file, bytesOf(file));
    const all = [...findings, ...records.flatMap((record) => record.findings)];
    if (all.length > 0) return refusedAnswer(file, all);
    return inHome(invocation, async ({ store, config, occasion }) => {
      const documents = records.map(({ document }) => document as ErpInbound);
      const given = { records: documents as unknown as Json };
      const audited = auditing(store, occasion, "import", path.basename(file), given);
      const outcomes = await audited.write(async (tx) => {
        const taken: Outcome[] = [];
        for (const [n, document] of documents.entries()) {
          taken.push(await takeRecord(tx, config, document, (records[n] as ErpRecord).label, occasion));
        }
        return taken;
      });
      return { document: { file, outcome: "applied", records: outcomes }, words: outcomesInWords(outcomes) };
    });
  });
}

/** @throws CalloffError FILE_UNREADABLE */
function bytesOf(file: string): Buffer {
  try {
    return readFileSync(path.resolve(file));
  } catch (thrown) {
    const error = coerceError(thrown) as NodeJS.ErrnoException;
    throw new CalloffError("FILE_UNREADABLE", "The file cannot be read", {
      place: { file },
      expected: "a file that this user may read",
      found: error.message,
      remedy: "Correct the path or the file's mode",
      exit: error.code === "ENOENT" ? EXIT.notFound : EXIT.refused,
      cause: error,
    });
  }
}

const refusedAnswer = (file: string, findings: readonly Finding[]): Answer => ({
  document: { file, outcome: "refused", findings },
  words: `${findings.map((finding) => `${oneLine(findingInWords(finding))}\n`).join("")}Nothing was taken.\n`,
  exit: EXIT.badFile,
});

const outcomesInWords = (outcomes: readonly Outcome[]): string =>
  `${tableInWords(
    ["RECORD", "OUTCOME", "NOTE"],
    outcomes.map(({ record, outcome, message }) => [record, outcome, message]),
    "The file has no records.",
  )}${KEEPER_WRITES}`;
