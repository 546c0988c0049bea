/** A customer of the ingest bench: its files for a home, its blanket order, and its 830s week after week. */
import { addDays, type PlainDate, plainDate } from "../src/values/dates.ts";

export const ITEMS = 1000;
export const WEEKS = 26;
/** A Monday. */
export const FIRST_DAY = plainDate("2027-03-01");

/** Passes every schedule and every change. */
export const POLICY = "version: 1\nfirst: accept\nzones: [{ name: all, increase: any, decrease: any }]\n";

export const partnerFile = (code: string): string => `version: 1
name: ${code}
theirs: [{ qualifier: ZZ, id: ${code.toUpperCase()} }]
ours: [{ qualifier: ZZ, id: WIDGETS }]
policy: standard
shipNotice: null
invoice: null
orders: { fulfilment: automatic, invoice: by-hand }
`;

const partOf = (item: number): string => String(10_000_000 + item * 37);
const SHIP_TO = "P10";

/** One blanket order with a line for each item, as the ERP states it. */
export const blanketOrder = (code: string, items = ITEMS): string =>
  JSON.stringify({
    schema: "calloff/blanket-order/1",
    partner: code,
    customerNumber: `PO-${code}`,
    from: "2027-01-01",
    shipTo: SHIP_TO,
    lines: Array.from({ length: items }, (_, item) => ({
      line: (item + 1) * 10,
      item: `W-${item}`,
      customerPart: partOf(item),
      quantity: "1000000",
      price: "2.5",
    })),
  });

/** What the customer has received of every item, and by which note. */
export interface Delivered {
  readonly note: string;
  readonly on: PlainDate;
}

export interface WantedSchedule {
  readonly code: string;
  /** 1 is the first time, when nothing is due yet; 2 a week later, after the first bucket was delivered. */
  readonly week: 1 | 2;
  /** The Monday of the first week. */
  readonly start: PlainDate;
  readonly items?: number;
  readonly delivered?: Delivered;
}

/** Quantity of an item in a week of the year's plan, the same in every run. */
const planned = (item: number, week: number): number => 100 + ((item * 31 + week * 17) % 90) * 10;

/** In the second week every twentieth item asks for more in the middle of its horizon. */
const CHANGED_EVERY = 20;
const CHANGED_WEEK = 12;

const compact = (date: PlainDate): string => date.replaceAll("-", "");

/** An interchange with one 830: 26 weekly buckets of every item, from the Monday after its date. */
export function schedule830({ code, week, start, items = ITEMS, delivered }: WantedSchedule): string {
  const issued = addDays(start, 7 * (week - 1));
  const day = compact(issued);
  const segments = [
    "ST*830*0001",
    `BFR*05**R${week}*DL*A*${day}*${compact(addDays(issued, 7 * (WEEKS + 1)))}*${day}`,
    `N1*MI*${code.toUpperCase()}*92*${code.toUpperCase()}`,
    "N1*SU*WIDGET WORKS*92*S4711",
  ];
  let sum = 0;
  for (let item = 0; item < items; item += 1) {
    segments.push(`LIN**BP*${partOf(item)}*PO*PO-${code}`, "UIT*PC", `N1*ST*PLANT 1*92*${SHIP_TO}`);
    for (let bucket = 0; bucket < WEEKS; bucket += 1) {
      const at = bucket + week - 1;
      const more = week === 2 && item % CHANGED_EVERY === 0 && at === CHANGED_WEEK ? 50 : 0;
      const quantity = planned(item, at) + more;
      sum += quantity;
      segments.push(`FST*${quantity}*C*W*${compact(addDays(start, 7 * (at + 1)))}`);
    }
    const received = delivered === undefined ? 0 : planned(item, 0);
    if (delivered !== undefined) {
      segments.push(`SHP*01*${received}*050*${compact(delivered.on)}`, `REF*SI*${delivered.note}`);
    }
    segments.push(`SHP*02*${received}*050*${day}`);
  }
  segments.push(`CTT*${items}*${sum}`);
  segments.push(`SE*${segments.length + 1}*0001`);
  const control = String(week).padStart(9, "0");
  const sender = code.toUpperCase().padEnd(15);
  const date = day.slice(2);
  return [
    `ISA*00*          *00*          *ZZ*${sender}*ZZ*WIDGETS        *${date}*0600*U*00401*${control}*0*P*>`,
    `GS*PS*${sender.trim()}*WIDGETS*${day}*0600*${week}*X*004010`,
    ...segments,
    `GE*1*${week}`,
    `IEA*1*${control}`,
    "",
  ].join("~\n");
}
