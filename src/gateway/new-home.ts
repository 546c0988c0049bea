/** A new home: folders, commented settings, one sample partner and sample files to play the first steps with. */
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { gateway } from "../config/gateway.ts";
import { partner } from "../config/partner.ts";
import { policy } from "../config/policy.ts";
import type { PlainDate } from "../values/dates.ts";
import { CalloffError, coerceError, EXIT } from "../values/errors.ts";
import { isHome } from "./folders.ts";
import { sampleFiles } from "./sample-files.ts";
import { GATEWAY_YAML, HOME_README, PARTNER_YAML, POLICY_YAML } from "./sample-settings.ts";

const FOLDERS = [
  "config/partners",
  "config/policies",
  "config/schema",
  "mappings",
  "inbox/acme",
  "inbox/erp",
  "outbox/acme",
  "outbox/erp",
  "samples",
];

/** What was laid out and what was there already, as paths in the home. */
export interface LaidOut {
  readonly home: string;
  readonly made: readonly string[];
  readonly kept: readonly string[];
}

/**
 * Lays out a home. In a home that is there already it adds what is missing and leaves every file as it is.
 * @param businessDate the dates in the sample files follow from it
 * @throws CalloffError HOME_NOT_EMPTY when the folder holds something else, HOME_UNWRITABLE when it cannot be written
 */
export function layOutHome(home: string, businessDate: PlainDate): LaidOut {
  refuseOther(home);
  const made: string[] = [];
  const kept: string[] = [];
  try {
    for (const folder of FOLDERS) mkdirSync(path.join(home, folder), { recursive: true });
    mkdirSync(path.join(home, "data"), { recursive: true, mode: 0o700 });
    for (const [name, text] of Object.entries(filesOf(businessDate))) {
      (writeNew(path.join(home, name), text) ? made : kept).push(name);
    }
  } catch (thrown) {
    throw unwritable(home, coerceError(thrown));
  }
  return { home, made, kept };
}

function refuseOther(home: string): void {
  if (!existsSync(home)) return;
  if (statSync(home).isDirectory() && (isHome(home) || readdirSync(home).length === 0)) return;
  throw new CalloffError("HOME_NOT_EMPTY", "The folder holds something that is not a home of calloff", {
    place: { file: home },
    expected: "a folder that does not exist yet, an empty one, or a home (with config/gateway.yaml)",
    found: statSync(home).isDirectory() ? "other files" : "a file",
    remedy: "Name another folder; nothing was written",
    exit: EXIT.refused,
  });
}

const unwritable = (home: string, error: Error): CalloffError =>
  new CalloffError("HOME_UNWRITABLE", "The home cannot be written", {
    place: { file: home },
    expected: "a folder that this user may write to, on a disk with room",
    found: error.message,
    remedy: "Correct owner, mode or disk and run calloff init again: it adds what is missing",
    cause: error,
  });

/** Writes a file that is not there yet; says whether it was written. */
function writeNew(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: "wx" });
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw thrown;
  }
}

function filesOf(businessDate: PlainDate): Record<string, string> {
  return {
    "README.md": HOME_README,
    ".gitignore": "data/\ninbox/**\n!inbox/*/\noutbox/**\n!outbox/*/\n",
    "config/gateway.yaml": GATEWAY_YAML,
    "config/partners/acme.yaml": PARTNER_YAML,
    "config/policies/standard.yaml": POLICY_YAML,
    "config/schema/gateway.json": schemaFile(gateway),
    "config/schema/partner.json": schemaFile(partner),
    "config/schema/policy.json": schemaFile(policy),
    ...sampleFiles(businessDate),
  };
}

/** Editors complete and check settings by these; they understand draft 7. */
const schemaFile = (settings: z.ZodType): string =>
  `${JSON.stringify(z.toJSONSchema(settings, { target: "draft-7", io: "input", unrepresentable: "any" }), undefined, 2)}\n`;
