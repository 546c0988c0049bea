/** How senders write: slowly, with pauses, not to the end, on and on, under other names, over each other. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Event, startDaemon } from "../support/program.ts";
import { type Arrival, appliedSets, arrivalIn, DAY, INTAKE, outcomes, readyHome, soundEnd } from "./arriving.ts";
import { filesIn, type SystemHome } from "./homes.ts";

const named = (name: string) => (event: Event) => event["name"] === name;

describe("A file in the inbox", () => {
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
  const answersTo = () => Object.keys(filesIn(home, "outbox/acme")).filter((name) => name.startsWith("997"));

  it("that is written slowly is taken once, when its writer is done [C26]", async () => {
    const { daemon, inbox, forecast } = await started("quietMilliseconds: 200, scanSeconds: 1");
    let written = false;
    const claimed = daemon.next("file.claimed").then(() => written);
    const text = forecast(1);
    const descriptor = openSync(inbox("acme", "slow.edi"), "w");
    for (let at = 0; at < text.length; at += 16) {
      // The writer's own slowness: each part comes well within the quiet time.
      await pause(25);
      writeSync(descriptor, text.slice(at, at + 16));
    }
    closeSync(descriptor);
    written = true;
    assert.equal(await claimed, true, "not claimed before it was whole");
    await daemon.next("file.applied");
    assert.deepEqual(outcomes(await soundEnd(arrival as Arrival)), [["slow.edi", "applied"]]);
    assert.equal(answersTo().length, 1);
  });

  it("whose writer pauses for longer than the quiet time is waited for, wherever it stops, and taken once [C27]", async () => {
    const { daemon, inbox, forecast } = await started();
    const text = forecast(1);
    const file = inbox("acme", "pausing.edi");
    const halts = [text.indexOf("GS*"), text.indexOf("FST*") + 7, text.indexOf("IEA") + 3, text.lastIndexOf("~") - 4];
    let from = 0;
    for (const halt of halts) {
      appendFileSync(file, text.slice(from, halt));
      from = halt;
      // Said when it has been quiet for long enough, and its end is not there.
      await daemon.next("file.incomplete", named("pausing.edi"));
      assert.ok(existsSync(file), `not taken after ${halt} bytes`);
    }
    appendFileSync(file, text.slice(from));
    const { state } = await daemon.next("file.applied");
    assert.equal(state, "applied");
    assert.deepEqual(outcomes(await soundEnd(arrival as Arrival)), [["pausing.edi", "applied"]]);
    assert.deepEqual(await appliedSets(home), ["1 accepted"]);
  });

  it("of the ERP whose writer pauses behind an inner bracket is waited for as well [C27]", async () => {
    const { daemon, inbox } = await started();
    const text = home.sample("blanket-order.json").replaceAll("PO-4711", "PO-4712");
    const file = inbox("erp", "pausing.json");
    const inner = text.indexOf("}") + 1;
    assert.ok(inner < text.trimEnd().length, "the first closing bracket is not the last");
    appendFileSync(file, text.slice(0, inner));
    await daemon.next("file.incomplete", named("pausing.json"));
    appendFileSync(file, text.slice(inner));
    assert.equal((await daemon.next("file.applied", named("pausing.json")))["state"], "applied");
    await soundEnd(arrival as Arrival);
  });

  it("that never ends is quarantined after the gateway's patience, with words; the whole one is taken later [C28]", async () => {
    const { daemon, inbox, forecast } = await started(`${INTAKE}, patienceMinutes: 0.015`);
    const text = forecast(1);
    writeFileSync(inbox("acme", "half.edi"), text.slice(0, text.indexOf("SE*")));
    await daemon.next("file.incomplete");
    const { claim, cause } = await daemon.next("file.quarantined");
    assert.equal(cause, "incomplete");
    const report = readFileSync(path.join(home.path, "data/quarantine", String(claim), "report.json"), "utf8");
    assert.match(report, /IEA/, "the report names the end that is missing");
    assert.deepEqual(answersTo(), []);
    writeFileSync(inbox("acme", "half.edi"), text);
    assert.equal((await daemon.next("file.applied", ({ state }) => state === "applied"))["name"], "half.edi");
    const rows = await soundEnd(arrival as Arrival);
    assert.deepEqual(outcomes(rows), [
      ["half.edi", "quarantined"],
      ["half.edi", "applied"],
    ]);
    assert.equal(answersTo().length, 1);
  });

  it("that is written on after it was taken gets a claim of its own for what it is then; each part has its effect once [C30]", async () => {
    const { daemon, inbox, forecast } = await started();
    const descriptor = openSync(inbox("acme", "on-and-on.edi"), "w");
    writeSync(descriptor, forecast(1));
    await daemon.next("file.applied");
    await daemon.next("idle");
    writeSync(descriptor, forecast(2).slice(0, 300));
    writeSync(descriptor, forecast(2).slice(300));
    closeSync(descriptor);
    const { again } = await daemon.next("file.grown", named("on-and-on.edi"));
    await daemon.next("file.applied", ({ claim }) => claim === again);
    const rows = await soundEnd(arrival as Arrival);
    assert.deepEqual(outcomes(rows), [
      ["on-and-on.edi", "applied"],
      ["on-and-on.edi", "applied"],
    ]);
    assert.deepEqual(await appliedSets(home), ["1 accepted", "2 accepted"]);
    assert.equal(answersTo().length, 2);
  });

  for (const point of ["claimed", "archived", "registered"]) {
    it(`that is written on while the gateway lies killed at "${point}" has each part's effect once [C30]`, async () => {
      const { forecast } = await started();
      const descriptor = openSync(path.join(home.path, "inbox/acme/on-and-on.edi"), "w");
      (arrival as Arrival).daemon.kill("SIGKILL");
      await (arrival as Arrival).daemon.ended;
      writeSync(descriptor, forecast(1));
      const killed = startDaemon(["--home", home.path, "--business-date", DAY], {
        env: { CALLOFF_NOW: `${DAY}T06:00:00Z`, CALLOFF_CRASH_AT: `${point}:1` },
      });
      assert.equal((await killed.ended).signal, "SIGKILL");
      writeSync(descriptor, forecast(2));
      closeSync(descriptor);
      const { daemon } = await started();
      await daemon.next("idle");
      await soundEnd(arrival as Arrival);
      assert.deepEqual(await appliedSets(home), ["1 accepted", "2 accepted"]);
      assert.equal(answersTo().length, 2);
    });
  }

  it("is left alone under a temporary name, and taken once when it is renamed in [C31]", async () => {
    const { daemon, inbox, forecast } = await started();
    const outside = path.join(home.path, "staging");
    mkdirSync(outside);
    writeFileSync(inbox("acme", "next.edi.part"), forecast(1));
    writeFileSync(inbox("acme", ".next.edi"), forecast(2));
    writeFileSync(path.join(outside, "third.edi"), forecast(3));
    writeFileSync(inbox("acme", "other.edi"), forecast(4));
    assert.equal((await daemon.next("file.claimed"))["name"], "other.edi");
    for (const [from, to] of [
      [inbox("acme", "next.edi.part"), "next.edi"],
      [inbox("acme", ".next.edi"), "hidden.edi"],
      [path.join(outside, "third.edi"), "third.edi"],
    ] as const) {
      renameSync(from, inbox("acme", to));
      await daemon.next("file.applied", named(to));
    }
    assert.deepEqual(outcomes(await soundEnd(arrival as Arrival)), [
      ["other.edi", "applied"],
      ["next.edi", "applied"],
      ["hidden.edi", "applied"],
      ["third.edi", "applied"],
    ]);
  });

  it("that comes twice, under its own name or another one, is a duplicate without effect or answer [C32, C33]", async () => {
    const { daemon, inbox, forecast } = await started();
    for (const name of ["forecast.edi", "forecast.edi", "the-same.edi"]) {
      writeFileSync(inbox("acme", name), forecast(1));
      await daemon.next("file.registered", named(name));
    }
    await daemon.next("idle");
    const rows = await soundEnd(arrival as Arrival);
    assert.deepEqual(outcomes(rows), [
      ["forecast.edi", "applied"],
      ["forecast.edi", "duplicate"],
      ["the-same.edi", "duplicate"],
    ]);
    assert.equal(new Set(rows.map(({ sha256 }) => sha256)).size, 1);
    assert.deepEqual(await appliedSets(home), ["1 accepted"]);
    assert.equal(answersTo().length, 1);
  });

  it("that follows another one under the same name at once is taken after it, and counts [C34]", async () => {
    const { daemon, inbox, forecast } = await started();
    for (let n = 1; n <= 5; n += 1) {
      writeFileSync(inbox("acme", "incoming.tmp"), forecast(n));
      renameSync(inbox("acme", "incoming.tmp"), inbox("acme", "forecast.edi"));
      await daemon.next("file.claimed");
    }
    await daemon.next("idle");
    const rows = await soundEnd(arrival as Arrival);
    assert.deepEqual(
      outcomes(rows),
      rows.map(() => ["forecast.edi", "applied"]),
    );
    assert.deepEqual((await appliedSets(home)).at(-1), "5 accepted");
    assert.equal((await appliedSets(home)).length, 5);
  });

  it("that uses a control number again for other content is held; nothing of the first is touched [C35]", async () => {
    const { daemon, inbox, forecast } = await started();
    writeFileSync(inbox("acme", "first.edi"), forecast(1));
    await daemon.next("file.applied");
    await daemon.next("idle");
    const before = filesIn(home, "data/archive");
    writeFileSync(inbox("acme", "first.edi"), forecast(1).replace("FST*1999*C", "FST*1500*C"));
    const { control } = await daemon.next("interchange.held");
    assert.equal(Number(control), 1);
    await daemon.next("idle");
    assert.deepEqual(outcomes(await soundEnd(arrival as Arrival)), [
      ["first.edi", "applied"],
      ["first.edi", "held"],
    ]);
    assert.deepEqual(await appliedSets(home), ["1 accepted"]);
    assert.equal(answersTo().length, 1);
    const after = filesIn(home, "data/archive");
    assert.deepEqual({ ...after, ...before }, after, "what was archived is as it was");
    assert.equal(Object.keys(after).length, Object.keys(before).length + 1);
  });

  it("older than the schedule in force is filed as history, and seen [C41]", async () => {
    const { daemon, inbox, forecast } = await started();
    for (const n of [1, 3, 2]) {
      writeFileSync(inbox("acme", `forecast-${n}.edi`), forecast(n));
      await daemon.next("file.applied", named(`forecast-${n}.edi`));
    }
    await daemon.next("idle");
    assert.deepEqual(outcomes(await soundEnd(arrival as Arrival)), [
      ["forecast-1.edi", "applied"],
      ["forecast-3.edi", "applied"],
      ["forecast-2.edi", "applied"],
    ]);
    assert.deepEqual(await appliedSets(home), ["1 accepted", "3 accepted", "2 older"]);
    const listed = (await home.on(DAY, ["schedule", "list"])).stdout;
    assert.match(listed, /older/, listed);
    assert.equal(answersTo().length, 3, "each was received, and is acknowledged");
  });

  it("before which control numbers are missing counts, with a warning that names them; late ones are filed [C42]", async () => {
    const { daemon, inbox, forecast } = await started();
    writeFileSync(inbox("acme", "1.edi"), forecast(1));
    await daemon.next("file.applied", named("1.edi"));
    writeFileSync(inbox("acme", "4.edi"), forecast(4));
    const { missing, held } = await daemon.next("interchange.gap");
    assert.deepEqual([missing, held], ["2 to 3", false]);
    const { claim } = await daemon.next("file.applied", named("4.edi"));
    writeFileSync(inbox("acme", "3.edi"), forecast(3));
    await daemon.next("file.applied", named("3.edi"));
    const { daemon: running } = arrival as Arrival;
    await soundEnd(arrival as Arrival);
    assert.deepEqual(await appliedSets(home), ["1 accepted", "4 accepted", "3 older"]);
    assert.equal((await running.ended).stdout.match(/"interchange.gap"/g)?.length, 1);
    const shown = (await home.on(DAY, ["file", "show", String(claim)])).stdout;
    assert.match(shown, /EXCHANGE_NUMBERS_MISSING.*before 000000004: 2 to 3/);
  });

  it("before which control numbers are missing is held where the partner's file says so, until they come or somebody lets it through [C42]", async () => {
    appendFileSync(path.join(home.path, "config/partners/acme.yaml"), "numberGaps: hold\n");
    const { daemon, inbox, forecast } = await started();
    for (const n of [1, 4, 3]) {
      writeFileSync(inbox("acme", `${n}.edi`), forecast(n));
      await daemon.next("file.registered", named(`${n}.edi`));
    }
    await daemon.next("idle");
    assert.deepEqual(await appliedSets(home), ["1 accepted"]);
    assert.match((await home.on(DAY, ["file", "list"])).stdout, /4\.edi +held +control numbers missing: 2 to 3/);
    // They are let through by what is stored, not by what a process remembers.
    daemon.kill("SIGKILL");
    await daemon.ended;
    const again = await started();
    writeFileSync(inbox("acme", "2.edi"), forecast(2));
    await again.daemon.next("file.applied", named("4.edi"));
    assert.deepEqual(await appliedSets(home), ["1 accepted", "2 accepted", "3 accepted", "4 accepted"]);
    writeFileSync(inbox("acme", "7.edi"), forecast(7));
    const { claim } = await again.daemon.next("interchange.gap");
    await again.daemon.next("idle");
    await home.on(DAY, ["file", "retry", String(claim)]);
    await again.daemon.next("file.applied", named("7.edi"));
    writeFileSync(inbox("acme", "8.edi"), forecast(8));
    await again.daemon.next("file.applied", named("8.edi"));
    const rows = await soundEnd(again);
    assert.ok(rows.every(({ state }) => state === "applied"));
    assert.deepEqual((await appliedSets(home)).slice(4), ["7 accepted", "8 accepted"]);
    assert.equal(answersTo().length, rows.length);
  });
});
