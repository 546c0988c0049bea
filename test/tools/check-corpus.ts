/**
 * Runs `calloff check --json` on every file that an INDEX.tsv lists and fails on a crash, on segments that are not accounted
 * for, on a valid message with a mapping that is not read, and on an invalid one that is.
 *
 * Usage: check-corpus.ts DIR
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

const MAPPED = new Set(["830", "997", "856", "810"]);

interface Checked {
  readonly file: string;
  readonly exit: number | null;
  readonly fault: string;
  readonly findings: readonly string[];
}

const corpus = path.resolve(process.argv[2] ?? ".");
const program = path.resolve(import.meta.dirname, "../../dist/cli/main.js");
const [header = "", ...rows] = readFileSync(path.join(corpus, "INDEX.tsv"), "utf8").trim().split("\n");
const columns = header.split("\t");

function checked(row: string): Checked {
  const held = Object.fromEntries(row.split("\t").map((value, n) => [columns[n], value]));
  const file = held["path"] ?? "";
  const run = spawnSync(process.execPath, [program, "check", path.join(corpus, file), "--json"], {
    cwd: "/",
    encoding: "utf8",
    timeout: 60_000,
    maxBuffer: 1 << 28,
  });
  const findings: string[] = [];
  return { file, exit: run.status, findings, fault: faultOf(held, run, findings) };
}

function faultOf(
  held: Record<string, string | undefined>,
  run: ReturnType<typeof spawnSync>,
  findings: string[],
): string {
  if (run.status !== 0 && run.status !== 4)
    return `ended with ${run.status ?? run.signal}: ${String(run.stderr).slice(0, 300)}`;
  if (/^\s+at .+:\d+:\d+\)?$/m.test(String(run.stderr))) return "printed a stack trace";
  let answer: CheckAnswer;
  try {
    answer = JSON.parse(String(run.stdout)) as CheckAnswer;
  } catch {
    return "answered no JSON";
  }
  const groups = answer.interchanges.flatMap((interchange) => interchange.groups);
  const sets = groups.flatMap((group) => group.sets);
  for (const { findings: held_ } of [answer, ...answer.interchanges, ...groups, ...sets])
    findings.push(...held_.map(({ code }) => code));
  const { read, envelope, mapped, unknown, withoutMapping } = answer.segments;
  if (read !== envelope + mapped + unknown + withoutMapping) return "segments are not accounted for";
  const type = held["message type"] ?? "";
  const faulty = (held["expected"] ?? "").includes("found)");
  if (
    held["format"] === "x12" &&
    MAPPED.has(type) &&
    !faulty &&
    run.status !== 0 &&
    sets.every((set) => MAPPED.has(set.type))
  ) {
    return `is valid, but was refused: ${findings.join(", ")}`;
  }
  if ((type === "invalid" || !MAPPED.has(type) || faulty) && run.status === 0) return "was read without a finding";
  return "";
}

interface Faulted {
  readonly findings: readonly { readonly code: string }[];
}
interface CheckAnswer extends Faulted {
  readonly segments: Readonly<Record<"read" | "envelope" | "mapped" | "unknown" | "withoutMapping", number>>;
  readonly interchanges: readonly (Faulted & {
    readonly groups: readonly (Faulted & { readonly sets: readonly (Faulted & { readonly type: string })[] })[];
  })[];
}

const all = rows.map(checked);
for (const { file, exit, fault, findings } of all) {
  process.stdout.write(
    `${fault === "" ? "ok  " : "FAIL"} ${exit} ${file}${fault === "" ? "" : `: ${fault}`}${findings.length === 0 ? "" : ` [${[...new Set(findings)].join(" ")}]`}\n`,
  );
}
const failed = all.filter(({ fault }) => fault !== "").length;
process.stdout.write(`${all.length - failed} passed, ${failed} failed\n`);
if (failed > 0 || all.length === 0) process.exitCode = 1;
