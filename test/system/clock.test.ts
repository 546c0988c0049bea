/** A machine's clock that is put on and back under a running daemon, and the days on which an hour is missing or comes twice. */
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Daemon, type Event, startDaemon } from "../support/program.ts";
import { appliedSets, filesOf, outcomes, readyHome, setting } from "./arriving.ts";
import { inStore, nextForecast, type SystemHome } from "./homes.ts";
import { assertSound } from "./oracle.ts";

const LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
const HOUR = 3600;
const DAY = 24 * HOUR;

const named = (name: string) => (event: Event) => event["name"] === name;

describe("A clock that jumps under the daemon", () => {
  let ready: SystemHome;
  let home: SystemHome;
  let daemon: Daemon | undefined;
  before(async () => {
    assert.ok(existsSync(LIBRARY), `${LIBRARY} is there: apt-get install faketime`);
    ready = await readyHome();
  });
  beforeEach(async () => {
    home = await ready.copy();
  });
  afterEach(async () => {
    daemon?.kill("SIGKILL");
    await daemon?.ended;
    daemon = undefined;
    await home.remove();
  });
  after(() => ready.remove());

  /** Seconds that the daemon's clock is ahead of ours. */
  let ahead = 0;
  const put = (seconds: number): void => {
    ahead = seconds;
    writeFileSync(path.join(home.path, "clock"), `${seconds < 0 ? "" : "+"}${seconds}\n`);
  };
  const putTo = (instant: string): void => put(Math.round((Date.parse(instant) - Date.now()) / 1000));

  /** Starts a daemon that lives by the clock of the file; only the clock of the wall jumps, as on a machine. */
  async function startedAt(instant: string, release: string): Promise<Daemon> {
    setting(home, "config/gateway.yaml", /^logLevel: .*$/m, `logLevel: debug\ntimetable: { release: "${release}" }`);
    setting(home, "config/gateway.yaml", /timeZone: UTC/, "timeZone: Europe/Berlin");
    putTo(instant);
    const started = startDaemon(["--home", home.path], {
      env: {
        LD_PRELOAD: LIBRARY,
        FAKETIME_TIMESTAMP_FILE: path.join(home.path, "clock"),
        FAKETIME_NO_CACHE: "1",
        FAKETIME_DONT_FAKE_MONOTONIC: "1",
        NO_FAKE_STAT: "1",
      },
    });
    daemon = started;
    await started.next("ready");
    return started;
  }

  /** Instants at which the timetable ran its job, by the clock of the daemon, to the minute. */
  const runs = (): string[] =>
    (daemon as Daemon)
      .log()
      .split("\n")
      .filter((line) => line.includes("its time has come"))
      .map((line) => (JSON.parse(line) as { time: string }).time.slice(0, 16));

  async function until(condition: () => boolean, seconds = 30): Promise<void> {
    for (let tries = 0; !condition(); tries += 1) {
      assert.ok(tries < seconds * 20, `not within ${seconds} seconds: ${runs().join(" ")}`);
      await pause(50);
    }
  }

  const forecast = (control: number): string => nextForecast(home, control, String(2000 - control));
  const drop = (name: string, text: string): void => writeFileSync(path.join(home.path, "inbox/acme", name), text);

  async function ended(): Promise<void> {
    daemon?.kill("SIGTERM");
    const end = await daemon?.ended;
    assert.equal(end?.code, 0, end?.stderr);
    await assertSound(home);
  }

  it("an hour on, an hour back, 400 days back, a year on: no storm, nothing lost, everything in the order it came [C43]", async () => {
    const began = performance.now();
    const running = await startedAt("2027-03-01T06:10:00Z", "* * * * * *");
    const start = ahead;
    // Of what lies there at the start only the file's own time tells how long it has waited.
    await running.next("idle");
    const half = forecast(9);
    drop("half.edi", half.slice(0, 300));
    await running.next("file.incomplete");
    const jumps: readonly (readonly [name: string, ahead: number, hour: string])[] = [
      ["1.edi", start, "2027-03-01T06:1"],
      ["2.edi", start + HOUR, "2027-03-01T07:1"],
      ["3.edi", start, "2027-03-01T06:1"],
    ];
    for (const [name, seconds, hour] of jumps) {
      const before = runs().length;
      put(seconds);
      drop(name, forecast(Number(name[0])));
      await running.next("file.applied", named(name));
      await until(() =>
        runs()
          .slice(before)
          .some((time) => time.startsWith(hour)),
      );
    }
    put(start - 400 * DAY);
    drop("4.edi", forecast(4));
    const { code } = await running.next("step.failed");
    assert.equal(code, "BUSINESS_DATE_BACK");
    await until(() => runs().some((time) => time.startsWith("2026-01-25T06:1")));
    assert.ok(existsSync(path.join(home.path, "inbox/acme/4.edi")), "it waits where it lies");
    put(start);
    await running.next("file.applied", named("4.edi"));
    put(start + 366 * DAY);
    drop("5.edi", forecast(5));
    await running.next("file.applied", named("5.edi"));
    await until(() => runs().some((time) => time.startsWith("2028-03-01T06:1")));
    assert.ok(existsSync(path.join(home.path, "inbox/acme/half.edi")), "a year by that clock is no year of waiting");
    drop("half.edi", half);
    await running.next("file.applied", named("half.edi"));
    await running.next("idle");
    const seconds = (performance.now() - began) / 1000;
    assert.ok(runs().length <= seconds + 8, `${runs().length} runs in ${seconds} seconds`);
    await ended();
    const names = ["1.edi", "2.edi", "3.edi", "4.edi", "5.edi", "half.edi"];
    assert.deepEqual(
      outcomes(await filesOf(home)),
      names.map((name) => [name, "applied"]),
    );
    assert.deepEqual(
      await appliedSets(home),
      [1, 2, 3, 4, 5, 9].map((n) => `${n} accepted`),
    );
    const orders = await inStore(home, (store) => store.ask("SELECT number FROM child_order ORDER BY id"));
    assert.equal(new Set(orders.map(({ number }) => number)).size, orders.length);
  });

  it("midnight in the company's zone begins the day: what is due then is released then, once [C43]", async () => {
    const running = await startedAt("2027-03-31T21:59:40Z", "0 0 * * *");
    drop("forecast.edi", forecast(1));
    await running.next("order.released");
    const { businessDate } = await running.next("idle");
    assert.equal(businessDate, "2027-03-31");
    putTo("2027-03-31T21:59:58Z");
    const { scheduledOn } = await running.next("order.released");
    assert.equal(scheduledOn, "2027-04-01");
    assert.deepEqual(runs(), ["2027-03-31T22:00"]);
    assert.equal((await running.next("idle"))["businessDate"], "2027-04-01");
    await ended();
  });

  it("the hour that spring leaves out leaves no job out [C43]", async () => {
    await startedAt("2027-03-28T00:30:00Z", "30 2 * * *");
    putTo("2027-03-28T00:59:57Z");
    await until(() => runs().length > 0);
    assert.deepEqual(runs(), ["2027-03-28T01:00"]);
    await ended();
  });

  it("the hour that autumn gives twice gives no daily job twice [C43]", async () => {
    await startedAt("2027-10-31T00:00:00Z", "30 2 * * *");
    putTo("2027-10-31T00:29:57Z");
    await until(() => runs().length > 0);
    putTo("2027-10-31T01:29:50Z");
    // The daemon says when it has seen the jump; a minute later by its clock the second half past two has passed.
    await until(() => (daemon as Daemon).log().includes("put on or back"));
    const seen = (daemon as Daemon).log().length;
    putTo("2027-10-31T01:31:00Z");
    await until(() => (daemon as Daemon).log().slice(seen).includes("put on or back"));
    assert.deepEqual(runs(), ["2027-10-31T00:30"]);
    await ended();
  });
});
