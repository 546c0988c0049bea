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
