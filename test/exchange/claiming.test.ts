import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { archiveFile } from "../../src/exchange/archive.ts";
import { claimFile, leftClaimed, unclaim } from "../../src/exchange/claim.ts";
import { layFolders, resumeClaimed, takeArrivals } from "../../src/exchange/run.ts";
import { fillQueue, noLooks, quietIn, scan } from "../../src/exchange/scan.ts";
import { instantAt } from "../../src/values/clock.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { interchangeText, testHome } from "./home.ts";

onEveryDatabase("arriving files", (database) => {
  it("are claimed by a rename into a folder of ours, under a number of the series and their own name", async () => {
    const { exchange, drop, names, home } = testHome(database());
    drop("acme", "forecast.edi", interchangeText());
    const [candidate] = await scan(exchange, noLooks());
    assert.ok(candidate !== undefined);
    const claimed = await claimFile(exchange, candidate);
    assert.deepEqual({ ...claimed, path: "" }, { claim: "1", folder: "acme", name: "forecast.edi", path: "" });
    assert.deepEqual(names("inbox", "acme"), []);
    assert.deepEqual(names("inbox", ".claimed", "acme"), ["1-forecast.edi"]);
    assert.equal(statSync(path.join(home, "inbox", ".claimed")).mode & 0o777, 0o700);
  });

  it("are left to whoever was first", async () => {
    const { exchange, drop } = testHome(database());
    drop("acme", "forecast.edi", interchangeText());
    const [candidate] = await scan(exchange, noLooks());
    assert.ok(candidate !== undefined);
    const claims = await Promise.all([claimFile(exchange, candidate), claimFile(exchange, candidate)]);
    assert.equal(claims.filter((claim) => claim !== undefined).length, 1);
  });

  it("are found again after a crash with number, folder and name, also a name with dashes and digits", async () => {
    const { exchange, drop } = testHome(database());
    for (const name of ["7-8-forecast.edi", "März 'x'.edi", "erp-1.edi"]) drop("acme", name, interchangeText());
    for (const candidate of await scan(exchange, noLooks())) await claimFile(exchange, candidate);
    const left = await leftClaimed(exchange);
    assert.deepEqual(
      left.map(({ claim }) => claim),
      ["1", "2", "3"],
    );
    assert.deepEqual(
      left.map(({ name }) => name).toSorted(),
      ["7-8-forecast.edi", "März 'x'.edi", "erp-1.edi"].toSorted(),
    );
    for (const claimed of left) await unclaim(claimed);
    assert.deepEqual(await leftClaimed(exchange), []);
  });

  it("are taken in the order in which they were written", async () => {
    const { exchange, drop } = testHome(database());
    for (const [name, seconds] of [
      ["a.edi", 30],
      ["b.edi", 10],
      ["c.edi", 20],
    ] as const) {
      utimesSync(drop("acme", name, interchangeText()), seconds, seconds);
    }
    assert.deepEqual(
      (await scan(exchange, noLooks())).map(({ name }) => name),
      ["b.edi", "c.edi", "a.edi"],
    );
  });

  it("wait for their own end: half an interchange is not claimed, and is waited for without a clock", async () => {
    const { exchange, drop, home } = testHome(database());
    const text = interchangeText();
    drop("acme", "slow.edi", text.slice(0, 200));
    const looks = noLooks();
    assert.deepEqual(await scan(exchange, looks), []);
    assert.equal(quietIn(exchange, looks), undefined);
    appendFileSync(path.join(home, "inbox/acme/slow.edi"), text.slice(200));
    assert.deepEqual(
      (await scan(exchange, looks)).map(({ name }) => name),
      ["slow.edi"],
    );
  });

  it("that never end are taken after the gateway's patience, to be quarantined", async () => {
    const { exchange, drop } = testHome(database(), {
      "config/gateway.yaml": "company: { name: X }\nintake: { quietMilliseconds: 0, patienceMinutes: 0.0000001 }\n",
    });
    drop("acme", "half.edi", interchangeText().slice(0, 200));
    const looks = noLooks();
    await scan(exchange, looks);
    assert.deepEqual(
      (await scan(exchange, looks)).map(({ name }) => name),
      ["half.edi"],
    );
  });

  it("that lie there longer than the patience are taken at the first look, whatever the sender says of their time", async () => {
    const { exchange, drop } = testHome(database(), {
      "config/gateway.yaml": "company: { name: X }\nintake: { quietMilliseconds: 0, patienceMinutes: 0.001 }\n",
    });
    const contents = [interchangeText().slice(0, 200), "", "  \n", "ISA"];
    const files = contents.map((content, n) => drop("acme", `${n}.edi`, content));
    for (const file of files) utimesSync(file, 1, 1);
    const written = Math.max(...files.map((file) => statSync(file).ctimeMs));
    while (Date.now() - written <= 60) await scan(exchange, noLooks());
    assert.equal((await scan(exchange, noLooks())).length, 4);
  });

  it("that wait for their end are told once, with the time of their last change", async () => {
    const { exchange, drop, told } = testHome(database());
    const file = drop("acme", "half.edi", interchangeText().slice(0, 200));
    const since = instantAt(Number(statSync(file, { bigint: true }).ctimeMs));
    const looks = noLooks();
    await scan(exchange, looks);
    await scan(exchange, looks);
    const payload = { folder: "acme", name: "half.edi", since };
    assert.deepEqual(told, [{ event: "file.incomplete", payload }]);
  });

  it("of many partners are taken by turns, the ERP's first", async () => {
    const acme = "theirs: [{ id: ACMEMOTORS }]\nours: [{ id: EXAMPLESTAMP }]\n";
    const { exchange, drop, home } = testHome(database(), {
      "config/partners/bolts.yaml": `name: Bolts\n${acme.replace("ACMEMOTORS", "BOLTS")}`,
    });
    mkdirSync(path.join(home, "inbox/bolts"));
    for (let n = 0; n < 120; n += 1) {
      utimesSync(drop("acme", `${n}.edi`, interchangeText({ control: n + 1 })), n + 1, n + 1);
    }
    for (let n = 0; n < 3; n += 1) utimesSync(drop("bolts", `${n}.edi`, interchangeText()), 1000, 1000 + n);
    utimesSync(drop("erp", "last.json", "{}"), 2000, 2000);
    const order = (await scan(exchange, noLooks())).map(({ folder }) => folder);
    assert.equal(order[0], "erp");
    assert.equal(order.lastIndexOf("bolts"), 53, "behind the first fifty of the other partner");
    assert.equal(order.length, 124);
  });

  it("that were swapped for half a file at the last moment wait in our folder until they are whole", async () => {
    const { exchange, drop, names, home } = testHome(database());
    const looks = noLooks();
    await layFolders(exchange);
    drop("acme", "swapped.edi", interchangeText());
    await fillQueue(exchange, looks);
    assert.equal(looks.queue.length, 1);
    renameSync(
      drop("acme", "other.tmp", interchangeText({ control: 2 }).slice(0, 200)),
      path.join(home, "inbox/acme/swapped.edi"),
    );
    assert.equal(await takeArrivals(exchange, looks), 0);
    assert.deepEqual(names("inbox", ".claimed", "acme"), ["1-swapped.edi"]);
    assert.equal(await resumeClaimed(exchange, looks), 0, "its end has not come");
    appendFileSync(path.join(home, "inbox/.claimed/acme/1-swapped.edi"), interchangeText({ control: 2 }).slice(200));
    assert.equal(await resumeClaimed(exchange, looks), 1);
    assert.deepEqual(names("inbox", ".claimed", "acme"), []);
  });

  describe("while the clock is ours", () => {
    const now = performance.now.bind(performance);
    let milliseconds = 0;
    beforeEach(() => {
      milliseconds = 1_000_000;
      performance.now = () => milliseconds;
    });
    afterEach(() => {
      performance.now = now;
    });
    const quiet = { "config/gateway.yaml": "company: { name: X }\nintake: { quietMilliseconds: 10000 }\n" };
    /** A file is claimed that is another one than was looked at. */
    const swapped = async () => {
      const held = testHome(database(), quiet);
      const looks = noLooks();
      await layFolders(held.exchange);
      held.drop("acme", "swapped.edi", interchangeText());
      await takeArrivals(held.exchange, looks);
      milliseconds += 10_000;
      await fillQueue(held.exchange, looks);
      const other = held.drop("acme", "other.tmp", interchangeText({ control: 2 }));
      renameSync(other, path.join(held.home, "inbox/acme/swapped.edi"));
      assert.equal(await takeArrivals(held.exchange, looks), 0);
      assert.deepEqual(held.names("inbox", ".claimed", "acme"), ["1-swapped.edi"]);
      return { ...held, looks };
    };

    it("what was swapped and waits for its quiet is taken before what came after it, however long a round takes", async () => {
      const { exchange, drop, looks, told } = await swapped();
      drop("acme", "last.edi", interchangeText({ control: 3 }));
      milliseconds += 1000;
      assert.equal(await resumeClaimed(exchange, looks), 0);
      assert.equal(await takeArrivals(exchange, looks), 0);
      milliseconds += 8900;
      assert.equal(await resumeClaimed(exchange, looks), 0);
      milliseconds += 1600;
      assert.equal(await takeArrivals(exchange, looks), 2);
      const registered = told.filter(({ event }) => event === "file.registered").map(({ payload }) => payload);
      assert.deepEqual(
        registered.map((file) => (file as { name: string }).name),
        ["swapped.edi", "last.edi"],
      );
    });

    it("what was swapped, waits and is gone is forgotten", async () => {
      const { exchange, home, looks } = await swapped();
      rmSync(path.join(home, "inbox/.claimed/acme/1-swapped.edi"));
      await resumeClaimed(exchange, looks);
      await takeArrivals(exchange, looks);
      assert.deepEqual([...looks.keys()], []);
    });
  });

  it("that are links, pipes' kin or folders are reported once and stay where they are", async () => {
    const { exchange, home, told, names } = testHome(database());
    writeFileSync(path.join(home, "secret"), "not for you");
    symlinkSync(path.join(home, "secret"), path.join(home, "inbox/acme/x.edi"));
    linkSync(path.join(home, "secret"), path.join(home, "inbox/acme/y.edi"));
    mkdirSync(path.join(home, "inbox/acme/folder"));
    const looks = noLooks();
    assert.deepEqual(await scan(exchange, looks), []);
    assert.deepEqual(await scan(exchange, looks), []);
    assert.deepEqual(
      told.map(({ event }) => event),
      ["file.refused", "file.refused", "file.refused"],
    );
    assert.deepEqual(names("inbox", "acme"), ["folder", "x.edi", "y.edi"]);
  });

  it("take their companion with them where the gateway asks for one", async () => {
    const { exchange, drop, names } = testHome(database(), {
      "config/gateway.yaml": "company: { name: X }\nintake: { quietMilliseconds: 0, doneFile: .done }\n",
    });
    drop("acme", "forecast.edi", interchangeText());
    assert.deepEqual(await scan(exchange, noLooks()), []);
    drop("acme", "forecast.edi.done", "");
    const [candidate] = await scan(exchange, noLooks());
    assert.ok(candidate !== undefined);
    await claimFile(exchange, candidate);
    assert.deepEqual(names("inbox", "acme"), []);
    assert.deepEqual(names("inbox", ".claimed", "acme"), ["1-forecast.edi"]);
  });

  it("find their folder made again when it was removed, with a word in the log", async () => {
    const { exchange, home, names } = testHome(database());
    renameSync(path.join(home, "inbox/acme"), path.join(home, "gone"));
    assert.deepEqual(await scan(exchange, noLooks()), []);
    assert.deepEqual(names("inbox").includes("acme"), true);
  });
});

onEveryDatabase("the archive", (database) => {
  const claimedFile = async (content: string) => {
    const held = testHome(database());
    held.drop("acme", "forecast.edi", content);
    const [candidate] = await scan(held.exchange, noLooks());
    assert.ok(candidate !== undefined);
    const claimed = await claimFile(held.exchange, candidate);
    assert.ok(claimed !== undefined);
    return { ...held, claimed };
  };

  it("keeps bytes under their SHA-256, once", async () => {
    const text = interchangeText();
    const { exchange, claimed, names, read } = await claimedFile(text);
    const sha256 = createHash("sha256").update(text).digest("hex");
    const archived = await archiveFile(exchange, claimed);
    assert.deepEqual([archived.sha256, archived.size], [sha256, text.length]);
    assert.equal(read("data", "archive", sha256.slice(0, 2), sha256), text);
    assert.deepEqual(await archiveFile(exchange, claimed), archived);
    assert.deepEqual(names("data", "archive"), [sha256.slice(0, 2)]);
  });

  it("never follows a link that was put in the file's place", async () => {
    const { exchange, claimed, home } = await claimedFile(interchangeText());
    writeFileSync(path.join(home, "secret"), "not for you");
    renameSync(claimed.path, path.join(home, "moved"));
    symlinkSync(path.join(home, "secret"), claimed.path);
    await assert.rejects(archiveFile(exchange, claimed), { code: "EXCHANGE_NOT_A_FILE", found: "a symbolic link" });
  });
});
