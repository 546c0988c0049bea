/**
 * Fails when a step on the way of a file may change a disk or the database without a crash point behind it, when an await there
 * is of nothing that is known here, and when a point is marked that is not listed or listed and not marked.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { CRASH_POINTS } from "../../src/values/crash-points.ts";

/** What carries a file from its claim to *written*. */
const WAY = `
  run claim archive register quarantine let-go grown unsettled
  apply apply-registered apply-set file-ends answers-out erp-inbound match file-state after-gap poison overdue earlier
  render render-files outbox outbox-drain outbox-stage outbox-publish outbox-taken-up outbox-files outbox-leases outbox-leftovers outbox-ends`;
const FILES = [
  ...words(WAY).map((name) => `exchange/${name}.ts`),
  "orders/apply-schedule.ts",
  "orders/receipts.ts",
  "orders/placed-receipts.ts",
  "orders/remittances.ts",
  "orders/release.ts",
];

/** Calls after which something is not as it was. Making an empty folder is no state of a file. */
const CHANGES =
  /(?<![\w.])(?:rename|unlink|copyFile|symlink|link|truncate)\(|\bsyncFolder\(|\.(?:sync|datasync|appendFile|writeFile|truncate)\(|(?<!function )\bwriteFile\((?!tx)|store\.write\(|\b(?:target|handle)\.write\(|open\([^)]*(?:O_CREAT|anew|"w)/g;
const POINT = /\bat\("([\w-]+)"\)/g;

/** Awaited, and nothing is changed by it: a kill there is a kill at the point before. */
const READS = new Set(
  words(`
    access lstat stat readFile readdir open openCarefully mkdir makeFolder close read readFrom
    select selectOne ask catalogue readSet usable hashRanges hasEnded pause
    expectNumber render renderEdi renderTa1 renderX12 nextArrivals next take isAnyOverdue scan fillQueue has leave makeSureOfRoom number
    cameHere Promise all addAll plan step taking isOurs chainsOf writesFor folderIdentity`),
);
/** Run a step that is written where they are called; and what has its own points and its own place: the trail. */
const AROUND = new Set(["unless", "keeping", "tried", "triedTogether", "inLane", "release", "noteLeaving", "noteLeft"]);

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

const source = path.resolve(import.meta.dirname, "../../src");
const broken: string[] = [];
const marked = new Set<string>();
const texts = new Map(FILES.map((file) => [file, readFileSync(path.join(source, file), "utf8")]));
/** Steps whose own awaits are looked at here. */
const own = new Set(
  [...texts.values()].flatMap((text) =>
    [...text.matchAll(/(?:function\*? |const )(\w+)/g)].map((found) => found[1] as string),
  ),
);

const isComment = (text: string, at: number): boolean =>
  /^\s*(?:\*|\/\/|\/\*)/.test(text.slice(text.lastIndexOf("\n", at) + 1, at));
const lineAt = (text: string, at: number): number => text.slice(0, at).split("\n").length;

for (const [file, text] of texts) {
  for (const { from, body } of functionsIn(text)) {
    checkPoints(file, text, from, body);
    checkAwaits(file, text, from, body);
  }
  for (const [, point] of text.matchAll(POINT)) marked.add(point as string);
}
for (const file of ["exchange/trail.ts", "store/migrate.ts"]) {
  for (const [, point] of readFileSync(path.join(source, file), "utf8").matchAll(POINT)) marked.add(point as string);
}
for (const point of CRASH_POINTS) if (!marked.has(point)) broken.push(`${point} is listed and marked nowhere`);

/** The text between two ends of something at the top of a file. */
function* functionsIn(text: string): Generator<{ from: number; body: string }> {
  let from = 0;
  for (const end of text.matchAll(/^[})].*$/gm)) {
    yield { from, body: text.slice(from, end.index) };
    from = end.index;
  }
  yield { from, body: text.slice(from) };
}

function checkPoints(file: string, text: string, from: number, body: string): void {
  const found = (pattern: RegExp, is: "change" | "point" | "await") =>
    [...body.matchAll(pattern)].filter(({ index }) => !isComment(body, index)).map(({ index }) => ({ index, is }));
  // What is awaited inside of a transaction belongs to it.
  const awaits = found(/\bawait\s(?!(?:[\w.]+\()?\s*tx\b)/g, "await");
  const steps = [...found(CHANGES, "change"), ...found(POINT, "point"), ...awaits].toSorted(
    (a, b) => a.index - b.index,
  );
  steps.forEach(({ index, is }, n) => {
    if (is !== "change" || steps[n + 1]?.is === "point") return;
    broken.push(`src/${file}:${lineAt(text, from + index)}: no crash point behind this change`);
  });
}

function checkAwaits(file: string, text: string, from: number, body: string): void {
  for (const found of body.matchAll(
    /\bawait\s+((?:\w+(?:\?\.|\.|\([^()]*\)\.))*)(\w+)(\??\.)?(?:<[^(]*>)?\(?([\s\S]{0,16})/g,
  )) {
    if (isComment(body, found.index)) continue;
    const [, , name = "", , given = ""] = found;
    const inTransaction = /^\s*(?:store, )?(?:tx|from)\b|^\?\.\(\s*tx/.test(given) || /^tx\b/.test(found[1] ?? "");
    const changes = new RegExp(CHANGES.source).test(
      body.slice(found.index, found.index + 120).split("\n")[0] as string,
    );
    if (inTransaction || changes || READS.has(name) || AROUND.has(name) || own.has(name) || name === "new") continue;
    broken.push(`src/${file}:${lineAt(text, from + found.index)}: an await of ${name} that this check does not know`);
  }
}

if (broken.length > 0) {
  process.stderr.write(`${broken.join("\n")}\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(`crash points: ${CRASH_POINTS.length}, behind every change on the way of a file\n`);
}
