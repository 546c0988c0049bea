/** Writes files of 830s to read: weekly schedules with firm and planned quantities, the same bytes every time. */
import { closeSync, openSync, writeSync } from "node:fs";

const LINES = 40;
const WEEKS = 26;
const SETS = 50;

/** A small generator of numbers, so that two runs measure the same file. */
export function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}

const FIRST_MONDAY = Date.UTC(2026, 0, 5);
/** The Monday of the n-th week as CCYYMMDD. */
export const dayText = (week: number): string =>
  new Date(FIRST_MONDAY + week * 7 * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");

function schedule(control: number, number: (below: number) => number): string {
  const segments = [
    `ST*830*${String(control).padStart(4, "0")}`,
    `BFR*05**REL${1000 + control}*DL*A*${dayText(0)}*${dayText(WEEKS)}*${dayText(0)}`,
    "N1*MI*EXAMPLE MOTORS*92*EM01",
    "N1*SU*CALLOFF SUPPLIER*92*S4711",
  ];
  let sum = 0;
  for (let line = 0; line < LINES; line += 1) {
    segments.push(
      `LIN**BP*${10_000_000 + number(9_999_999)}-${line}*PO*PO${45_000 + number(999)}`,
      "UIT*EA",
      "PID*F****BRACKET, FRONT LEFT",
      `N1*ST*PLANT ${line % 4}*92*P${line % 4}0`,
      "SDP*Y*Y",
    );
    for (let week = 0; week < WEEKS; week += 1) {
      const quantity = 100 + number(2000);
      sum += quantity;
      segments.push(`FST*${quantity}*${week < 4 ? "C" : "D"}*W*${dayText(week)}`);
    }
    segments.push(
      `ATH*FI*${dayText(4)}*${4000 + number(900)}**${dayText(0)}`,
      `ATH*MT*${dayText(12)}*${9000 + number(900)}**${dayText(0)}`,
      `SHP*01*${100 + number(900)}*050*${dayText(0)}`,
      `REF*SI*N${70_000 + number(9999)}`,
      `SHP*02*${10_000 + number(9999)}*051*${dayText(0)}**${dayText(1)}`,
    );
  }
  segments.push(`CTT*${LINES}*${sum}`);
  segments.push(`SE*${segments.length + 1}*${String(control).padStart(4, "0")}`);
  return segments.join("~\n");
}

function interchange(control: number, number: (below: number) => number): string {
  const isa = String(control).padStart(9, "0");
  const header = `ISA*00*          *00*          *ZZ*EXAMPLEMOTORS  *ZZ*CALLOFFSUPPLIER*260105*0600*U*00401*${isa}*0*P*>`;
  const sets = Array.from({ length: SETS }, (_, at) => schedule(at + 1, number));
  const group = `GS*PS*EXAMPLEMOTORS*CALLOFFSUPPLIER*20260105*0600*${control}*X*004010`;
  return [header, group, ...sets, `GE*${SETS}*${control}`, `IEA*1*${isa}`, ""].join("~\n");
}

/** Fills the file at `path` with whole interchanges up to at least `bytes`; returns its size. */
export function write830s(path: string, bytes: number): number {
  const file = openSync(path, "w");
  const number = numbers(47);
  let size = 0;
  for (let control = 1; size < bytes; control += 1) size += writeSync(file, interchange(control, number));
  closeSync(file);
  return size;
}
