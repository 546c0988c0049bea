/**
 * A folder of real files of other people, for whoever has one, named by CALLOFF_CORPUS. Where it is named and not there, tests
 * fail; where none is named, they are skipped and the closing line says so.
 */
import { existsSync } from "node:fs";
import path from "node:path";

const folder = process.env["CALLOFF_CORPUS"] ?? "";

export const hasCorpus = folder !== "";

/** A file or folder of the corpus. @throws Error when the corpus is named and has no such file */
export function ofCorpus(...name: readonly string[]): string {
  const found = path.join(folder, ...name);
  if (!existsSync(found)) throw new Error(`CALLOFF_CORPUS names ${folder}, where there is no ${name.join("/")}`);
  return found;
}
