/** Sample files of the sample partner: a blanket order of the ERP and the customer's forecast for it. */
import { addDays, monthEnd, type PlainDate } from "../values/dates.ts";

const RELEASES = 5;
const QUANTITY = 2000;

/** Paths in the home and contents; the first release is due on the business date, the others at the next months' starts. */
export function sampleFiles(businessDate: PlainDate): Record<string, string> {
  const dates = releaseDates(businessDate);
  return {
    "samples/blanket-order.json": `${JSON.stringify(blanketOrder(businessDate), undefined, 2)}\n`,
    "samples/forecast.edi": forecast(businessDate, dates),
  };
}

function releaseDates(first: PlainDate): PlainDate[] {
  const dates = [first];
  while (dates.length < RELEASES) dates.push(addDays(monthEnd(dates.at(-1) as PlainDate), 1));
  return dates;
}

const blanketOrder = (from: PlainDate): object => ({
  schema: "calloff/blanket-order/1",
  partner: "acme",
  customerNumber: "PO-4711",
  currency: "EUR",
  paymentTerms: "30 days net",
  from,
  shipTo: "PLANT1",
  lines: [
    {
      line: 10,
      item: "W-100",
      customerPart: "A-100",
      description: "Widget, zinc plated",
      quantity: String(RELEASES * QUANTITY),
      unit: "PC",
      price: "2.5",
    },
  ],
});

/** `YYYYMMDD`. */
const day = (date: PlainDate): string => date.replaceAll("-", "");

function forecast(sentOn: PlainDate, dates: readonly PlainDate[]): string {
  const set = [
    "ST*830*0001",
    `BFR*05**1*DL*A*${day(dates[0] as PlainDate)}*${day(monthEnd(dates.at(-1) as PlainDate))}*${day(sentOn)}***PO-4711`,
    "N1*ST*Acme Plant 1*92*PLANT1",
    "LIN**BP*A-100",
    "UIT*PC",
    ...dates.map((date) => `FST*${QUANTITY}*C*D*${day(date)}`),
    `SHP*02*0*050*${day(sentOn)}`,
    "CTT*1",
  ];
  const blanks = " ".repeat(10);
  const segments = [
    `ISA*00*${blanks}*00*${blanks}*ZZ*${"ACME".padEnd(15)}*ZZ*${"WIDGETS".padEnd(15)}*${day(sentOn).slice(2)}*0600*U*00401*000000001*0*P*>`,
    `GS*PS*ACME*WIDGETS*${day(sentOn)}*0600*1*X*004010`,
    ...set,
    `SE*${set.length + 1}*0001`,
    "GE*1*1",
    "IEA*1*000000001",
  ];
  return segments.map((segment) => `${segment}~\n`).join("");
}
