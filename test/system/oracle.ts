/** What is asked after every fault: is the home whole, and is it where a run would be that was left alone? */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { firstBrokenEntry } from "../../src/store/audit.ts";
import { fingerprint } from "../../src/store/fingerprint.ts";
import { select } from "../../src/store/rows.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { file, outboxFile } from "../../src/store/tables.ts";

/** All that the oracle needs of a home: where it is. Its settings say where its database is. */
interface AskedHome {
  readonly path: string;
}

/** Every file under a folder of the home, by its path there, hidden ones too. */
export function filesIn(home: AskedHome, folder: string): Record<string, string> {
  const top = path.join(home.path, folder);
  if (!existsSync(top)) return {};
  return Object.fromEntries(
    readdirSync(top, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .toSorted()
      .map((name) => [path.relative(top, name), readFileSync(name, "latin1")]),
  );
}

/** Their names alone: a sender's file may be huge, and its name no text. */
function namesIn(home: AskedHome, folder: string): string[] {
  const top = path.join(home.path, folder);
  if (!existsSync(top)) return [];
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(top, path.join(entry.parentPath, entry.name)));
}

export async function inStore<T>(home: AskedHome, work: (store: Store) => Promise<T>): Promise<T> {
  const url = /^database: (.*)$/m.exec(readFileSync(path.join(home.path, "config/gateway.yaml"), "utf8"))?.[1];
  const store = openStore(String(url), home.path);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** All that two runs are compared by: where every input file ended, what was written and kept, and everything stored. */
export function stateOf(home: AskedHome) {
  return inStore(home, async (store) => {
    assert.equal(await firstBrokenEntry(store), undefined, "the audit trail is unbroken");
    const rows = await select(store, file, "ORDER BY id");
    return {
      files: rows.map(({ partner, name, state }) => `${partner}/${name}: ${state}`).toSorted(),
      // Nothing may lie there but what is meant for readers: no temporary files.
      outbox: filesIn(home, "outbox"),
      inbox: Object.keys(filesIn(home, "inbox")),
      archive: Object.keys(filesIn(home, "data/archive")),
      fingerprint: await fingerprint(store),
    };
  });
}

export interface SoundBut {
  /** How many files were dropped, where the test knows: each is registered once or lies in the inbox still. */
  readonly dropped?: number;
  /** Files of the outbox that a reader took, or that somebody lost: `acme/997_000000001.edi`. */
  readonly taken?: readonly string[];
  /** Files in the outbox that are not the gateway's. */
  readonly others?: readonly string[];
  /** Work is left on purpose: files claimed, registered, rendered or staged are no fault. */
  readonly atWork?: boolean;
}

/** States of a file in which nothing more happens by itself. */
const ENDED = new Set(["applied", "in part", "duplicate", "quarantined", "held", "failed"]);
/** Names that only we write, and only for a moment. */
const TEMPORARY = /(^|\/)(\.calloff-[^/]*|\.incoming-[^/]*|[^/]*\.part)$/;

const sha256 = (bytes: string): string => createHash("sha256").update(bytes, "latin1").digest("hex");

/** Asserts what holds of every home at rest, whatever befell it. */
export async function assertSound(home: AskedHome, but: SoundBut = {}): Promise<void> {
  await inStore(home, async (store) => {
    await assertStored(store);
    await assertIncoming(home, store, but);
    await assertOutgoing(home, store, but);
  });
}

async function assertStored(store: Store): Promise<void> {
  if (store.dialect === "sqlite") {
    assert.deepEqual(await store.ask("PRAGMA integrity_check"), [{ integrity_check: "ok" }]);
    assert.deepEqual(await store.ask("PRAGMA foreign_key_check"), [], "every reference has its row");
  }
  assert.equal(await firstBrokenEntry(store), undefined, "the audit trail is unbroken");
}

/** Every input file is in exactly one recorded state, its claim registered once, its bytes in the archive. */
async function assertIncoming(home: AskedHome, store: Store, { dropped, atWork = false }: SoundBut): Promise<void> {
  const rows = await select(store, file, "ORDER BY id");
  assert.equal(new Set(rows.map(({ claim }) => claim)).size, rows.length, "one registration per claim");
  const archive = filesIn(home, "data/archive");
  for (const { claim, name, state, sha256: hash } of rows) {
    assert.ok(ENDED.has(state) || (atWork && state === "registered"), `file:${claim} ${name} is ${state}`);
    if (hash === "") continue;
    const bytes = archive[`${hash.slice(0, 2)}/${hash}`];
    assert.equal(bytes === undefined ? "missing" : sha256(bytes), hash, `the archive has file:${claim} ${name}`);
  }
  const inbox = namesIn(home, "inbox");
  const claimed = inbox.filter((name) => /(^|\/)\.claimed\//.test(name));
  if (!atWork) {
    assert.deepEqual(claimed, [], "nothing is left claimed");
    for (const folder of ["data/archive", "data/quarantine"]) assertNothingTemporary(home, folder);
  }
  if (dropped === undefined) return;
  const registered = new Set(rows.map(({ claim }) => claim));
  const unregistered = inbox.filter(
    (name) => !registered.has(/\.claimed\/(?:.*\/)?(\d+)-[^/]*$/.exec(name)?.[1] ?? ""),
  );
  assert.equal(rows.length + unregistered.length, dropped, `of ${dropped} files each is recorded once`);
}

/** Every written row is one file with those bytes, and nothing else lies in the outbox. */
async function assertOutgoing(home: AskedHome, store: Store, but: SoundBut): Promise<void> {
  const { taken = [], others = [], atWork = false } = but;
  const outbox = filesIn(home, "outbox");
  const meant = new Map(
    (await select(store, outboxFile, "ORDER BY id")).map((row) => [`${row.folder}/${row.name}`, row]),
  );
  for (const [name, row] of meant) {
    const { state, bytes, sha256: hash } = row;
    assert.equal(createHash("sha256").update(bytes).digest("hex"), hash, `${name} is stored as it was rendered`);
    assert.ok(atWork || (state !== "rendered" && state !== "staged"), `${name} is ${state}`);
    if (state !== "written" || taken.includes(name)) continue;
    const there = outbox[name];
    assert.equal(there === undefined ? "missing" : sha256(there), hash, `${name} lies in the outbox`);
  }
  const strange = Object.keys(outbox).filter(
    (name) => !meant.has(name) && !others.includes(name) && !(atWork && TEMPORARY.test(name)),
  );
  assert.deepEqual(strange, [], "nothing lies in the outbox that is not the gateway's");
}

function assertNothingTemporary(home: AskedHome, folder: string): void {
  const left = Object.keys(filesIn(home, folder)).filter((name) => TEMPORARY.test(name));
  assert.deepEqual(left, [], `no temporary file is left in ${folder}`);
}
