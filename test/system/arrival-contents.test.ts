/** What senders drop that is no schedule: nothing at all, far too much, names that mislead, and files swapped for others. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Event, listAt } from "../support/program.ts";
import { type Arrival, arrivalIn, DAY, filesOf, INTAKE, outcomes, readyHome, soundEnd } from "./arriving.ts";
import type { SystemHome } from "./homes.ts";

const named = (name: string) => (event: Event) => event["name"] === name;

/** What a terminal would obey, or would show otherwise than it is. */
const DECEIVING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

describe("In the inbox", () => {
  let ready: SystemHome;
  let home: SystemHome;
  let arrival: Arrival | undefined;
  before(async () => {
    ready = await readyHome();
  });
  beforeEach(async () => {
    home = await ready.copy();
  });
  afterEach(async () => {
    arrival?.daemon.kill("SIGKILL");
    await arrival?.daemon.ended;
    arrival = undefined;
    await home.remove();
  });
  after(() => ready.remove());

  const started = async (intake = INTAKE): Promise<Arrival> => {
    arrival = await arrivalIn(home, { intake });
    return arrival;
  };

  it("a file of two gigabytes is refused by its size, unread, and told once; others pass [C38]", async () => {
    const { daemon, inbox, forecast } = await started();
    writeFileSync(inbox("acme", "huge.tmp"), "");
    truncateSync(inbox("acme", "huge.tmp"), 2 * 1024 ** 3);
    renameSync(inbox("acme", "huge.tmp"), inbox("acme", "huge.edi"));
    const { reason } = await daemon.next("file.refused", named("huge.edi"));
    assert.match(String(reason), /larger than 1024000000 bytes \(intake\.largestMegabytes\)/);
    writeFileSync(inbox("acme", "small.edi"), forecast(1));
    await daemon.next("file.applied", named("small.edi"));
    const { atimeMs, birthtimeMs, size } = statSync(inbox("acme", "huge.edi"));
    assert.equal(size, 2 * 1024 ** 3, "it lies where its sender put it");
    assert.ok(atimeMs <= birthtimeMs + 1000, "nobody has read it");
    const { daemon: running } = arrival as Arrival;
    assert.deepEqual(outcomes(await soundEnd(arrival as Arrival)), [["small.edi", "applied"]]);
    assert.equal((await running.ended).stdout.match(/"file.refused"/g)?.length, 1);
  });

  it("nothing, blanks and a mere mark of the byte order wait, and are then quarantined as empty [C39]", async () => {
    const { daemon, inbox } = await started(`${INTAKE}, patienceMinutes: 0.01`);
    const contents = {
      "zero.edi": "",
      "blanks.edi": " \r\n \0\n",
      "mark.edi": "\u00ef\u00bb\u00bf",
      "both.edi": "\u00ef\u00bb\u00bf \n",
    };
    for (const [name, content] of Object.entries(contents)) writeFileSync(inbox("acme", name), content, "latin1");
    const told = new Map<unknown, Event>();
    while (told.size < 4) {
      const event = await daemon.next("file.quarantined");
      told.set(event["name"], event);
    }
    for (const name of Object.keys(contents)) {
      const { cause, claim } = told.get(name) as Event;
      assert.equal(cause, "empty", name);
      const report = JSON.parse(
        readFileSync(path.join(home.path, "data/quarantine", String(claim), "report.json"), "utf8"),
      ) as unknown;
      assert.match(String(listAt(report, "inWords")[0]), /Ask the sender/, name);
    }
    const rows = await soundEnd(arrival as Arrival);
    assert.deepEqual(
      Object.fromEntries(outcomes(rows)),
      Object.fromEntries(Object.keys(contents).map((name) => [name, "quarantined"])),
    );
  });

  it("names may be anything: what deceives stays where it lies, told once and shown harmless; the rest is taken [C40]", async () => {
    const { daemon, inbox, forecast } = await started();
    const taken = [
      "Prognose für März.edi",
      "$HOME `id` $(id).edi",
      'it\'s "quoted" \\ and; more & more.edi',
      "-rf.edi",
      "--help",
      "计划.edi",
      "report.json",
      "..edi..",
      "%00%2e%2e.edi",
      `${"x".repeat(196)}.edi`,
      "CON",
      "<script>.edi",
    ].filter((name) => !name.startsWith("."));
    const refused = [
      Buffer.from("line\nbreak.edi"),
      Buffer.from("bell\u0007\u001b]0;title\u0007.edi"),
      Buffer.from("c1\u009b2J.edi"),
      Buffer.from("fdp\u202eide.edi"),
      Buffer.from("zero\u200bwidth.edi"),
      Buffer.from(`${"y".repeat(251)}.edi`),
      // Both of them read the same once they are decoded.
      Buffer.from("latin\xe9.edi", "latin1"),
      Buffer.from("latin\xe8.edi", "latin1"),
    ];
    const folder = Buffer.from(`${inbox("acme")}/`);
    refused.forEach((name, n) => writeFileSync(Buffer.concat([folder, name]), forecast(100 + n)));
    taken.forEach((name, n) => writeFileSync(inbox("acme", name), forecast(1 + n)));
    const waited = new Set(taken);
    while (waited.size > 0) waited.delete(String((await daemon.next("file.applied"))["name"]));
    // Two more scans find the refused ones again.
    for (const name of ["later.edi", "last.edi"]) {
      writeFileSync(inbox("acme", name), forecast(name === "last.edi" ? 51 : 50));
      await daemon.next("file.applied", named(name));
    }
    const { daemon: running } = arrival as Arrival;
    const rows = await soundEnd(arrival as Arrival);
    assert.deepEqual(
      rows.map(({ name, state }) => `${state} ${name}`).toSorted(),
      [...taken, "later.edi", "last.edi"].map((name) => `applied ${name}`).toSorted(),
    );
    const left = readdirSync(inbox("acme"), { encoding: "buffer" });
    assert.deepEqual(
      left.map((name) => name.toString("latin1")).toSorted(),
      refused.map((name) => name.toString("latin1")).toSorted(),
    );
    const { stdout, stderr } = await running.ended;
    const told = stdout.split("\n").filter((line) => line.includes('"file.refused"'));
    assert.equal(told.length, refused.length, "each is told once");
    for (const line of `${stdout}${stderr}`.split("\n")) assert.doesNotMatch(line, DECEIVING);
    for (const line of (await home.on(DAY, ["file", "list"])).stdout.split("\n")) assert.doesNotMatch(line, DECEIVING);
    for (const { claim } of rows.filter(({ name }) => /[$'<]/.test(name)).slice(0, 2)) {
      const shown = await home.on(DAY, ["file", "show", claim]);
      for (const line of shown.stdout.split("\n")) assert.doesNotMatch(line, DECEIVING);
    }
  });

  it("files that are swapped for others all the while are each read as they were hashed [C36]", async () => {
    const { daemon, inbox, forecast } = await started("quietMilliseconds: 5, scanSeconds: 0.05");
    const staging = path.join(home.path, "staging");
    mkdirSync(staging);
    const hashes = new Set<string>();
    for (let n = 1; n <= 12; n += 1) {
      writeFileSync(path.join(staging, String(n)), forecast(n));
      hashes.add(createHash("sha256").update(forecast(n)).digest("hex"));
    }
    const swapper = spawn(
      "bash",
      [
        "-c",
        // Copies and renames over the same name as fast as a shell can, each whole; now and then one is left until it is taken,
        // since a daemon that is slower than the swaps sees none at rest.
        `for round in $(seq 40); do
           for n in $(seq 12); do cp "$1/$n" "$1/next"; mv -f "$1/next" "$2"; done
           if [ $((round % 10)) = 5 ]; then while [ -e "$2" ]; do sleep 0.01; done; fi
         done`,
        "swap",
        staging,
        inbox("acme", "swapped.edi"),
      ],
      { stdio: "inherit" },
    );
    await new Promise((resolve) => swapper.on("close", resolve));
    writeFileSync(inbox("acme", "last.edi"), forecast(20));
    await daemon.next("file.applied", named("last.edi"));
    const rows = (await soundEnd(arrival as Arrival)).filter(({ name }) => name === "swapped.edi");
    assert.ok(rows.length > 1, "some of them were caught");
    for (const { sha256, state } of rows) {
      assert.ok(hashes.has(sha256), "what was hashed is one of those that were dropped, whole");
      assert.ok(state === "applied" || state === "duplicate", state);
    }
    assert.equal((await filesOf(home)).at(-1)?.name, "last.edi");
  });
});
