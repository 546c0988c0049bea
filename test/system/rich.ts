/** A home in which everything waits at once that the way of files knows, and how it is killed on that way. */
import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CRASH_POINTS, type CrashPoint } from "../../src/values/crash-points.ts";
import { calloff, calloffHere, type Ended } from "../support/program.ts";
import { confirmation, type Kind, nextForecast, type SystemHome, systemHome } from "./homes.ts";

export const DAY = "2027-04-01";
/** Files in the inbox beside their companions. */
export const DROPPED = 13;
/** Lies where a file of ours is to be, and is not ours. */
export const FOREIGN = "erp/shipment_SH-000001.json";
/** Done, or some file is bad, or something stands that a person must see to: all three are meant here. */
const ENDS: ReadonlySet<number | null> = new Set([0, 1, 4]);

/**
 * An order is made and written. Then lie there: two schedules of the customer in the wrong order, the first again, his answer to something we
 * never sent, a message that no mapping is there for and one with a wrong count; the ERP's change of a blanket order, its word
 * of what was shipped, the same again, the customer's word that he took in less of it, one that no ship notice can be written of, a file that is no JSON and one of which a
 * part is refused. Each has a companion that says it is complete.
 */
export async function richHome(kind: Kind): Promise<SystemHome> {
  const home = await homeWithAnOrder(kind);
  withDoneFiles(home);
  appendFileSync(path.join(home.path, "config/partners/acme.yaml"), "numberGaps: hold\n");
  const drop = (folder: string, name: string, content: string): void => {
    home.drop(folder, name, content);
    home.drop(folder, `${name}.done`, "");
  };
  const blanket = blanketOf(home);
  drop("acme", "third.edi", nextForecast(home, 3, "2500"));
  drop("acme", "next.edi", nextForecast(home, 2, "2400"));
  drop("erp", "changed.json", JSON.stringify({ ...blanket, paymentTerms: "14 days net" }));
  drop("acme", "first-again.edi", home.sample("forecast.edi"));
  drop("acme", "answer.edi", answerToNothing(home));
  drop("acme", "planning.edi", nextForecast(home, 5, "1").replaceAll("830", "850").replace("GS*PS", "GS*PO"));
  drop("acme", "wrong.edi", nextForecast(home, 6, "1").replace("CTT*1~", "CTT*1~\nCTT*1~"));
  drop("erp", "shipped.json", confirmation("1", "SO-000001", "1500"));
  drop("erp", "shipped-again.json", confirmation("1", "SO-000001", "1500"));
  drop("acme", "received.edi", receiptOf(home, 7, "LS-1", "1450"));
  drop("erp", "not-to-be-written.json", confirmation("2*3", "SO-000001", "500"));
  drop("erp", "broken.json", '{ "schema": ');
  drop("erp", "mixed.json", JSON.stringify([{ ...blanket, partner: "nobody" }, blanket]));
  writeFileSync(path.join(home.path, "outbox", FOREIGN), "somebody else's\n");
  return home;
}

/** The same in short: two schedules, the ERP's change of a blanket order and its word of what was shipped. */
export async function busyHome(kind: Kind): Promise<SystemHome> {
  const home = await homeWithAnOrder(kind);
  home.drop("acme", "next.edi", nextForecast(home, 2, "2400"));
  home.drop("acme", "third.edi", nextForecast(home, 3, "2500"));
  home.drop("erp", "changed.json", JSON.stringify({ ...blanketOf(home), paymentTerms: "14 days net" }));
  home.drop("erp", "shipped.json", confirmation("1", "SO-000001", "1500"));
  return home;
}

async function homeWithAnOrder(kind: Kind): Promise<SystemHome> {
  const home = await systemHome(kind);
  home.drop("erp", "blanket.json", home.sample("blanket-order.json"));
  await runOn(home, "2027-03-01");
  home.drop("acme", "first.edi", home.sample("forecast.edi"));
  await runOn(home, "2027-03-01");
  return home;
}

const blanketOf = (home: SystemHome): object => JSON.parse(home.sample("blanket-order.json")) as object;

function withDoneFiles(home: SystemHome): void {
  const settings = path.join(home.path, "config/gateway.yaml");
  const text = readFileSync(settings, "utf8");
  writeFileSync(settings, text.replace("intake: {", 'intake: { doneFile: ".done",'));
}

/** A 997 for a group that we never sent. */
function answerToNothing(home: SystemHome): string {
  const [isa = "", gs = ""] = home.sample("forecast.edi").split("~\n");
  const body = ["AK1*SH*77", "AK9*A*1*1*1"];
  const segments = [
    isa.replace("000000001", "000000004"),
    gs.replace("GS*PS", "GS*FA"),
    "ST*997*0001",
    ...body,
    "SE*4*0001",
    "GE*1*1",
  ];
  return [...segments, "IEA*1*000000004"].map((segment) => `${segment}~\n`).join("");
}

/** An 861: of that note so many were taken in. */
function receiptOf(home: SystemHome, control: number, note: string, quantity: string): string {
  const number = String(control).padStart(9, "0");
  const [isa = "", gs = ""] = home.sample("forecast.edi").split("~\n");
  const segments = [
    isa.replace("000000001", number),
    gs.replace("GS*PS", "GS*RC"),
    "ST*861*0001",
    "BRA*RA-1*20270401*00*2",
    `REF*SI*${note}`,
    `RCD*1*${quantity}*PC`,
    "LIN**BP*A-100",
    "SE*6*0001",
    "GE*1*1",
    `IEA*1*${number}`,
  ];
  return segments.map((segment) => `${segment}~\n`).join("");
}

/** Runs the program once; it ends by itself, or is killed where that was asked for. */
export async function runOn(home: SystemHome, date = DAY, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const ended = await calloff(["run", "--home", home.path, "--business-date", date], {
    env: { CALLOFF_NOW: `${date}T06:00:00Z`, ...env },
  });
  const killed = env["CALLOFF_CRASH_AT"] !== undefined && ended.signal === "SIGKILL";
  assert.ok(killed || ENDS.has(ended.code), `${ended.code} ${ended.signal}: ${ended.stdout}${ended.stderr}`);
  return ended;
}

/** Runs to the end what a killed process left, in this process: hundreds of times, the program would take longer to start than to run. */
export async function recover(home: SystemHome): Promise<void> {
  const env = { CALLOFF_NOW: `${DAY}T06:00:00Z` };
  const { code, stdout, stderr } = await calloffHere(["run", "--business-date", DAY, "--home", home.path], { env });
  assert.ok(ENDS.has(code), `${code}: ${stdout}${stderr}`);
}

/** Has a run killed at the n-th coming to a point, which it must reach. */
export async function killAt(home: SystemHome, point: CrashPoint, n = 1): Promise<void> {
  const { signal, stdout, stderr } = await runOn(home, DAY, { CALLOFF_CRASH_AT: `${point}:${n}` });
  assert.equal(signal, "SIGKILL", `${point} is not reached ${n} times: ${stdout}${stderr}`);
}

/** Runs to the end and gives every point that was passed, in order. */
export async function passedBy(home: SystemHome): Promise<CrashPoint[]> {
  const trail = path.join(home.path, "data", "passed.log");
  await runOn(home, DAY, { CALLOFF_CRASH_TRAIL: trail });
  const passed = existsSync(trail) ? readFileSync(trail, "utf8").trim().split("\n") : [];
  rmSync(trail, { force: true });
  return passed.filter((point) => (CRASH_POINTS as readonly string[]).includes(point)) as CrashPoint[];
}

/** Numbers that look drawn by chance and are the same in every run; each is at least 0 and less than 1. */
export function drawing(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
