import { readFileSync } from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import type { ErpReceipt } from "../documents/erp.ts";
import { CalloffError, coerceError, EXIT } from "../values/errors.ts";
import { answers } from "./frame.ts";
import { commandIn } from "./session.ts";
import { KEEPER_WRITES, tableInWords } from "./words.ts";

export function declareImport(command: Command): void {
  command
    .argument("<file>", "JSON: one record or a list of them")
    .addHelpText("after", "\nAll records are taken, or none.");
  answers(command, async (invocation, _options, file = "") => {
    const text = textOf(invocation.pathOf(file), file);
    const records = await commandIn(invocation, "import", path.basename(file), { name: file, text });
    return { document: { file, outcome: "applied", records }, words: outcomesInWords(records) };
  });
}

/** @throws CalloffError FILE_UNREADABLE */
function textOf(from: string, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(from));
  } catch (thrown) {
    const error = coerceError(thrown) as NodeJS.ErrnoException;
    const missing = error.code === "ENOENT";
    throw new CalloffError("FILE_UNREADABLE", "The file cannot be read", {
      place: { file },
      expected: "a file of UTF-8 text that this user may read",
      found: error.code === "ERR_ENCODING_INVALID_ENCODED_DATA" ? "bytes that are no UTF-8" : error.message,
      remedy: "Correct the path, the file's mode or its content; nothing was taken",
      exit: missing ? EXIT.notFound : error.code?.startsWith("ERR_ENCODING") === true ? EXIT.badFile : EXIT.refused,
      cause: error,
    });
  }
}

const outcomesInWords = (outcomes: ErpReceipt["records"]): string =>
  `${tableInWords(
    ["RECORD", "OUTCOME", "NOTE"],
    outcomes.map(({ record, outcome, message }) => [record, outcome, message]),
    "The file has no records.",
  )}${KEEPER_WRITES}`;
