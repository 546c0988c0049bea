/** A customer who sends EDIFACT DELFOR D.97A and reads CONTRL, DESADV and INVOIC. */
import { compact, type ScheduleTold, type Speech } from "./customer.ts";

export interface EdifactHabits {
  readonly sender: string;
  readonly receiver: string;
}

export const edifact = (habits: EdifactHabits): Speech => ({
  write: (told) => interchange(habits, told),
  notices: "DESADV",
  notesIn: (notice) => [...notice.matchAll(/BGM\+351[^+']*\+([^+:']+)/g)].map(([, number = ""]) => number),
});

function interchange({ sender, receiver }: EdifactHabits, told: ScheduleTold): string {
  const message = [
    "UNH+1+DELFOR:D:97A:UN",
    `BGM+241+${told.release}+5`,
    `DTM+137:${compact(told.issuedOn)}:102`,
    `NAD+BY+${sender}::92`,
    "GIS+37",
    ...told.items.flatMap((item, n) => [
      `NAD+ST+${item.shipTo}::92`,
      `LIN+${n + 1}++${item.part}:IN`,
      `RFF+ON:${item.order}`,
      `RFF+AAN:${told.release}`,
      `QTY+70:${item.received}:PCE`,
      ...(item.lastNote === undefined ? [] : ["QTY+194:0:PCE", `RFF+AAU:${item.lastNote}`]),
      ...item.steps.flatMap(([quantity, commitment, timing, date]) => [
        `SCC+${commitment === "C" ? 1 : 4}++${timing}`,
        `QTY+113:${quantity}:PCE`,
        `DTM+2:${compact(date)}:102`,
      ]),
    ]),
    "UNS+S",
  ];
  const segments = [
    "UNA:+.? ",
    `UNB+UNOC:3+${sender}:ZZ+${receiver}:ZZ+${compact(told.issuedOn).slice(2)}:0600+${told.control}`,
    ...message,
    `UNT+${message.length + 1}+1`,
    `UNZ+1+${told.control}`,
  ];
  return segments.map((segment) => `${segment}'\n`).join("");
}
