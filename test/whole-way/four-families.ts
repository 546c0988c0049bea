/** One schedule as a customer writes it in each family of formats. */

/** A quantity and when it is wanted: a day, a week by its Monday, a month by its first day, or what is overdue. */
export interface Wanted {
  readonly quantity: string;
  readonly in: "day" | "week" | "month" | "backlog";
  /** Of a backlog the day before the message. */
  readonly on: string;
}

export interface Item {
  readonly part: string;
  /** Three places: VDA has no more. */
  readonly shipTo: string;
  readonly order: string;
  readonly received: string;
  readonly lastNote?: string;
  readonly wanted: readonly Wanted[];
  /** How far fabrication is authorised. */
  readonly fabrication?: { readonly from: string; readonly to: string; readonly cumulative: string };
}

export interface Schedule {
  /** Also the control number of what carries it. */
  readonly release: number;
  readonly previous: number;
  readonly issuedOn: string;
  readonly cumulativeFrom: string;
  readonly until: string;
  readonly items: readonly Item[];
}

const day = (date: string): string => date.replaceAll("-", "");
const short = (date: string): string => day(date).slice(2);

/** ISO week of a Monday. */
function weekOf(monday: string): string {
  const thursday = new Date(Date.parse(`${monday}T00:00:00Z`) + 3 * 86_400_000);
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return String(Math.floor((thursday.getTime() - first) / (7 * 86_400_000)) + 1).padStart(2, "0");
}

const BUCKETS = { day: "D", week: "W", month: "M", backlog: "D" } as const;

/** X12 830, discrete quantities. A backlog is a day that is past. */
export function asX12(schedule: Schedule, sender: string): string {
  const control = String(schedule.release).padStart(9, "0");
  const issued = day(schedule.issuedOn);
  const set = [
    "ST*830*0001",
    `BFR*05**${schedule.release}*DL*A*${issued}*${day(schedule.until)}*${issued}`,
    ...schedule.items.flatMap(({ part, shipTo, order, received, lastNote, wanted, fabrication }) => [
      `LIN**BP*${part}*PO*${order}`,
      "UIT*PC",
      `N1*ST**92*${shipTo}`,
      ...wanted.map(({ quantity, in: bucket, on }) => `FST*${quantity}*C*${BUCKETS[bucket]}*${day(on)}`),
      ...(fabrication === undefined
        ? []
        : [`ATH*FI*${day(fabrication.to)}*${fabrication.cumulative}**${day(fabrication.from)}`]),
      `SHP*02*${received}*051*${day(schedule.cumulativeFrom)}`,
      ...(lastNote === undefined ? [] : [`REF*SI*${lastNote}`]),
    ]),
    `CTT*${schedule.items.length}`,
  ];
  return [
    `ISA*00*${" ".repeat(10)}*00*${" ".repeat(10)}*ZZ*${sender.padEnd(15)}*ZZ*${"WIDGETS".padEnd(15)}*${short(schedule.issuedOn)}*0600*U*00401*${control}*0*P*>`,
    `GS*PS*${sender}*WIDGETS*${issued}*0600*${schedule.release}*X*004010`,
    ...set,
    `SE*${set.length + 1}*0001`,
    `GE*1*${schedule.release}`,
    `IEA*1*${control}`,
  ]
    .map((segment) => `${segment}~\n`)
    .join("");
}

/** EDIFACT DELFOR D.97A: SCC before its QTY; what is overdue is QTY+83. */
export function asEdifact(schedule: Schedule, sender: string): string {
  const issued = day(schedule.issuedOn);
  const scc = { day: "SCC+1++D", week: "SCC+1++W", month: "SCC+1++M", backlog: "SCC+1++D" } as const;
  const message = [
    "UNH+1+DELFOR:D:97A:UN",
    `BGM+241+${schedule.release}+5`,
    `DTM+137:${issued}:102`,
    `DTM+158:${issued}:102`,
    `DTM+159:${day(schedule.until)}:102`,
    `NAD+BY+${sender}::92`,
    "NAD+SE+WIDGETS::92",
    "GIS+37",
    ...schedule.items.flatMap(({ part, shipTo, order, received, lastNote, wanted, fabrication }, n) => [
      `NAD+ST+${shipTo}::92`,
      `LIN+${n + 1}++${part}:IN`,
      `RFF+ON:${order}`,
      `RFF+AAN:${schedule.release}`,
      `RFF+AIF:${schedule.previous}`,
      ...(lastNote === undefined ? [] : ["QTY+194:0:PCE", `RFF+AAU:${lastNote}`]),
      `QTY+70:${received}:PCE`,
      `DTM+51:${day(schedule.cumulativeFrom)}:102`,
      ...(fabrication === undefined
        ? []
        : [
            "SCC+2",
            `QTY+3:${fabrication.cumulative}:PCE`,
            `DTM+158:${day(fabrication.from)}:102`,
            `DTM+159:${day(fabrication.to)}:102`,
          ]),
      ...wanted.flatMap(({ quantity, in: bucket, on }) => [
        scc[bucket],
        `QTY+${bucket === "backlog" ? 83 : 113}:${quantity}:PCE`,
        `DTM+2:${day(on)}:102`,
      ]),
    ]),
    "UNS+S",
  ];
  return [
    "UNA:+.? ",
    `UNB+UNOC:3+${sender}:ZZ+WIDGETS:ZZ+${short(schedule.issuedOn)}:0600+${schedule.release}`,
    ...message,
    `UNT+${message.length + 1}+1`,
    `UNZ+1+${schedule.release}`,
  ]
    .map((segment) => `${segment}'\n`)
    .join("");
}

/** A record of 128 places with texts at their first ones. */
function record(places: Readonly<Record<number, string>>): string {
  let held = " ".repeat(128);
  for (const [first, text] of Object.entries(places)) {
    const at = Number(first) - 1;
    held = held.slice(0, at) + text + held.slice(at + text.length);
  }
  return `${held.slice(0, 128)}\n`;
}

const digits = (figure: string | number, places: number): string => String(figure).padStart(places, "0");

/** VDA 4905: dates as YYMMDD, YY00WW and YYMM00; what is overdue has the key 333333; no commitments. */
export function asVda(schedule: Schedule, sender: string): string {
  const counts: Record<string, number> = {};
  const records: string[] = [];
  const add = (type: string, places: Readonly<Record<number, string>>): void => {
    counts[type] = (counts[type] ?? 0) + 1;
    records.push(record({ 1: type, 4: type === "511" ? "02" : "01", ...places }));
  };
  add("511", {
    6: sender,
    15: "WIDGETS",
    24: digits(schedule.release - 1, 5),
    29: digits(schedule.release, 5),
    34: short(schedule.issuedOn),
    40: short(schedule.cumulativeFrom),
  });
  for (const { part, shipTo, order, received, lastNote = "", wanted, fabrication } of schedule.items) {
    add("512", {
      6: shipTo,
      9: digits(schedule.release, 9),
      18: short(schedule.issuedOn),
      24: digits(schedule.previous, 9),
      39: part,
      83: order,
      104: "ST",
      106: "L",
    });
    const dates = wanted.map(({ quantity, in: bucket, on }) => {
      const key = {
        day: short(on),
        week: `${on.slice(2, 4)}00${weekOf(on)}`,
        month: `${short(on).slice(0, 4)}00`,
        backlog: "333333",
      }[bucket];
      return `${key}${digits(quantity, 9)}`;
    });
    add("513", { 12: lastNote, 26: digits(0, 12), 38: digits(received, 10), 48: dates.slice(0, 5).join("") });
    for (let first = 5; first < dates.length; first += 8) add("514", { 6: dates.slice(first, first + 8).join("") });
    add("515", {
      ...(fabrication === undefined
        ? {}
        : { 6: `${short(fabrication.from)}${short(fabrication.to)}${digits(fabrication.cumulative, 10)}` }),
      81: short(schedule.until),
    });
  }
  const count = (type: string) => digits(counts[type] ?? 0, 7);
  counts["519"] = 1;
  records.push(
    record({
      1: "519",
      4: "01",
      6: ["511", "512", "513", "514", "517", "518", "519", "515"].map(count).join(""),
    }),
  );
  return records.join("");
}

/** A table with a row for each quantity, as csv/schedule-long has it. */
export function asTable(schedule: Schedule): string {
  const headers = [
    "Release",
    "Issued",
    "Horizon from",
    "Horizon to",
    "Cumulative from",
    "Part",
    "Ship to",
    "Order",
    "Unit",
    "Received",
    "Last note",
    "Fabrication from",
    "Fabrication until",
    "Fabrication",
    "Date",
    "Quantity",
    "Commitment",
  ];
  const rows = schedule.items.flatMap(({ part, shipTo, order, received, lastNote = "", wanted, fabrication }) =>
    wanted.map(({ quantity, in: bucket, on }) => [
      String(schedule.release),
      schedule.issuedOn,
      schedule.issuedOn,
      schedule.until,
      schedule.cumulativeFrom,
      part,
      shipTo,
      order,
      "PC",
      received,
      lastNote,
      fabrication?.from ?? "",
      fabrication?.to ?? "",
      fabrication?.cumulative ?? "",
      { day: on, week: `${on.slice(0, 4)}-W${weekOf(on)}`, month: on.slice(0, 7), backlog: "BACKLOG" }[bucket],
      quantity,
      "firm",
    ]),
  );
  return [headers, ...rows].map((row) => `${row.join(";")}\n`).join("");
}
