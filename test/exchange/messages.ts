/** Delivery schedules as customers of the other families send them, for tests of the exchange. */

export interface ToldDelfor {
  readonly control?: string;
  /** UNB 0031. */
  readonly asks?: boolean;
  readonly quantity?: string;
  readonly date?: string;
  /** Segments between BGM and the item. */
  readonly more?: readonly string[];
  /** Messages; one unless told. */
  readonly messages?: number;
  readonly test?: boolean;
}

/** One item for one plant, one step; UNH is segment 1. */
export const delforBody = ({ quantity = "400", date = "20270315", more = [] }: ToldDelfor = {}): string[] => [
  "BGM+241+R1+5",
  "DTM+137:20270301:102",
  ...more,
  "NAD+BY+ACME::92",
  "NAD+SE+SUP01::92",
  "GIS+37",
  "NAD+ST+PLANT1::92",
  "LIN+1++4711-A:IN",
  "RFF+ON:B-100",
  "SCC+1++D",
  `QTY+113:${quantity}:PCE`,
  `DTM+2:${date}:102`,
  "UNS+S",
];

/** An interchange of DELFOR D.97A. */
export function delforText(told: ToldDelfor = {}): string {
  const { control = "1", asks = false, messages = 1, test = false } = told;
  const options = asks || test ? `++++${asks ? "1" : ""}${test ? "++1" : ""}` : "";
  const bodies = Array.from({ length: messages }, (_, n) => delforMessage(delforBody(told), String(n + 1)));
  return segments([
    `UNB+UNOC:3+ACME:ZZ+SUPPLIER:ZZ+270301:0600+${control}${options}`,
    ...bodies.flat(),
    `UNZ+${messages}+${control}`,
  ]);
}

export const delforMessage = (body: readonly string[], reference: string, version = "D:97A:UN"): string[] => [
  `UNH+${reference}+DELFOR:${version}`,
  ...body,
  `UNT+${body.length + 2}+${reference}`,
];

export const segments = (lines: readonly string[]): string => lines.map((line) => `${line}'\n`).join("");

/** A gateway that waits for no end of a file. */
export const IMPATIENT = `company: { name: Example Stamping, timeZone: Europe/Berlin, code: SUP01 }
intake: { quietMilliseconds: 0, patienceMinutes: 0.0000001 }
`;

/** A customer of EDIFACT. */
export const EURO = `version: 1
name: Euro Motors
theirs: [{ qualifier: ZZ, id: ACME }]
ours: [{ qualifier: ZZ, id: SUPPLIER }]
shipNotice: null
invoice: null
shipTos: { PLANT1: { name: Plant 1, city: Stuttgart, country: DE } }
`;

/** A record of 128 characters with text at positions. */
function record(places: Readonly<Record<number, string>>): string {
  let text = "";
  for (const [at, held] of Object.entries(places)) text = text.padEnd(Number(at) - 1) + held;
  return `${text.padEnd(128)}\r\n`;
}

const digits = (number: number | string, length: number): string => String(number).padStart(length, "0");

export interface ToldTransmission {
  readonly old: number;
  readonly new: number;
  readonly quantity?: string;
  readonly sender?: string;
}

/** A transmission of VDA 4905: one item for one plant. */
export function vdaText({ old, new: number, quantity = "400", sender = "ACME" }: ToldTransmission): string {
  return [
    {
      1: "511",
      4: "02",
      6: sender,
      15: "SUPPLIER",
      24: digits(old, 5),
      29: digits(number, 5),
      34: "270301",
      40: "270101",
    },
    { 1: "512", 4: "01", 6: "PLT", 9: digits(number, 9), 18: "270301", 39: "4711-A", 83: "B-100", 104: "ST", 106: "L" },
    { 1: "513", 4: "01", 26: digits(0, 12), 38: digits(0, 10), 48: `270315${digits(quantity, 9)}` },
    { 1: "519", 4: "02", 6: ["1", "1", "1", "0", "0", "0", "1", "0"].map((count) => digits(count, 7)).join("") },
  ]
    .map(record)
    .join("");
}

/** A customer of VDA. */
export const VDA = `version: 1
name: Volks Motors
theirs: [{ id: ACME }]
ours: [{ id: SUPPLIER }]
shipNotice: { mapping: fixed/4913 }
invoice: null
`;

/** A table of one item, a row per quantity. */
export const tableText = (...quantities: readonly string[]): string =>
  [
    "Release;Issued;Part;Ship to;Order;Unit;Date;Quantity;Commitment",
    ...quantities.map(
      (quantity, n) => `1;2027-03-01;4711-A;PLANT1;B-100;PC;2027-03-${digits(n + 15, 2)};${quantity};firm`,
    ),
    "",
  ].join("\n");

/** A customer who sends tables. */
export const TABULAR = `version: 1
name: Table Motors
theirs: [{ id: ACME }]
ours: [{ id: SUPPLIER }]
tables: [{ files: "plan*.csv", mapping: csv/schedule-long }]
shipNotice: { mapping: csv/ship-notice }
invoice: { mapping: csv/invoice }
`;
