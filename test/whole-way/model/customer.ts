/** A customer who keeps a demand of their own, changes it, and states it in releases. */
import { smallerOf, total } from "./curve.ts";
import { dayAfter } from "./days.ts";
import { type Item, keyOf, type Release, type Rules, type Wanted } from "./words.ts";
import type { World } from "./world.ts";

export interface Place {
  readonly part: string;
  readonly shipTo: string;
}

/** How one item of the next release differs from the last one. */
export interface ItemChange {
  readonly item: number;
  /** Forgets all that was wanted before. */
  readonly fresh: boolean;
  /** `[days from the message, pieces more]`; zero pieces put the day to nothing and say so. */
  readonly edits: readonly (readonly [days: number, pieces: number])[];
  /** So many days later all that is still to come is wanted. */
  readonly shift: number;
  /** How many of our latest notes they have not counted yet. */
  readonly uncounted: number;
  /** A cumulative that nothing explains. */
  readonly wrong: boolean;
  /** From this day on it is only planned. */
  readonly firmDays: number;
  /** What the steps are. */
  readonly timing: Wanted["timing"];
  readonly word: Wanted["commitment"];
}

export interface ReleaseChange {
  readonly items: readonly ItemChange[];
  readonly shipDates: boolean;
  readonly running: boolean;
}

/** What the customer wants of one item in all, by day, since they began to count. */
type Wishes = Map<string, bigint>;

export class Customer {
  private readonly wishes = new Map<string, Wishes>();
  private readonly counted = new Map<string, number>();
  readonly places: readonly Place[];

  constructor(places: readonly Place[]) {
    this.places = places;
  }

  /** The next release; what the customer has counted is read from what we shipped. */
  release(number: number, issuedOn: string, change: ReleaseChange, world: World): Release {
    const items = new Map<string, Item>();
    for (const one of change.items) {
      const place = this.places[one.item % this.places.length] as Place;
      items.set(keyOf(place), this.item(place, issuedOn, one, change, world));
    }
    return {
      number,
      issuedOn,
      dates: change.shipDates ? "ship" : "delivery",
      running: isRunning(change, world),
      items: [...items.values()],
    };
  }

  private item(place: Place, issuedOn: string, change: ItemChange, of: ReleaseChange, world: World): Item {
    const key = keyOf(place);
    const notes = world.notesOf(key);
    const known = this.counted.get(key) ?? 0;
    const counted = Math.max(known, notes.length - change.uncounted);
    this.counted.set(key, counted);
    const received = total(notes.slice(0, counted).map(({ quantity }) => quantity));
    const wishes = change.fresh ? new Map([["", received]]) : (this.wishes.get(key) ?? new Map<string, bigint>());
    this.wishes.set(key, wishes);
    if (change.shift > 0) moveBehind(wishes, dayAfter(issuedOn, -1), change.shift);
    const zeros = new Set<string>();
    for (const [days, pieces] of change.edits) {
      const day = dayAfter(issuedOn, days);
      if (pieces === 0) {
        wishes.delete(day);
        zeros.add(day);
      } else {
        wishes.set(day, (wishes.get(day) ?? 0n) + BigInt(pieces));
        zeros.delete(day);
      }
    }
    const { net, strict } = world.rules;
    const quoted = received + (change.wrong ? 7n : 0n);
    return {
      ...place,
      quoted: net ? undefined : quoted,
      note: counted === 0 ? "" : (notes[counted - 1]?.note ?? ""),
      wanted: stated(wishes, zeros, received, issuedOn, { ...change, running: isRunning(of, world), strict }),
    };
  }
}

/** Moves what is wanted after a day. */
function moveBehind(wishes: Wishes, day: string, days: number): void {
  const moved = [...wishes].filter(([wanted]) => wanted > day);
  for (const [wanted] of moved) wishes.delete(wanted);
  for (const [wanted, quantity] of moved) wishes.set(dayAfter(wanted, days), quantity);
}

/** A net customer has no height that totals could run from. */
const isRunning = ({ running }: ReleaseChange, { rules }: World): boolean => running && !rules.net;

interface Saying extends ItemChange {
  readonly running: boolean;
  readonly strict: Rules["strict"];
}

/** What is wanted beyond what was received, day by day. */
function stated(wishes: Wishes, zeros: ReadonlySet<string>, received: bigint, issuedOn: string, how: Saying): Wanted[] {
  let left = received;
  let height = received;
  const days = [...new Set([...wishes.keys(), ...zeros])].toSorted();
  return days.flatMap((day): Wanted[] => {
    const wish = wishes.get(day) ?? 0n;
    const taken = smallerOf(left, wish);
    left -= taken;
    const quantity = wish - taken;
    if (day === "" || (quantity === 0n && !zeros.has(day))) return [];
    height += quantity;
    // Running totals, and schedules that are compared day by day, speak of days.
    const timing = how.running || how.strict ? "D" : how.timing;
    const planned = !how.running && day > dayAfter(issuedOn, how.firmDays);
    return [
      {
        quantity: how.running ? height : quantity,
        commitment: planned ? "D" : how.word,
        timing,
        from: day,
        ...(timing === "F" ? { to: dayAfter(day, 3) } : {}),
      },
    ];
  });
}

const compact = (date: string): string => date.replaceAll("-", "");

/** The release as an interchange with one 830. */
export function interchangeOf(release: Release, control: number, sender = "ACME"): string {
  const { number, issuedOn, dates, running, items } = release;
  const blanks = " ".repeat(10);
  const isa = String(control).padStart(9, "0");
  const body = [
    "ST*830*0001",
    `BFR*05**${number}*${dates === "delivery" ? "DL" : "SH"}*${running ? "C" : "A"}*${compact(issuedOn)}**${compact(issuedOn)}`,
    ...items.flatMap(segmentsOf),
    `CTT*${items.length}`,
  ];
  const lines = [
    `ISA*00*${blanks}*00*${blanks}*ZZ*${sender.padEnd(15)}*ZZ*${"WIDGETS".padEnd(15)}*${compact(issuedOn).slice(2)}*0600*U*00401*${isa}*0*P*>`,
    `GS*PS*${sender}*WIDGETS*${compact(issuedOn)}*0600*${control}*X*004010`,
    ...body,
    `SE*${body.length + 1}*0001`,
    `GE*1*${control}`,
    `IEA*1*${isa}`,
  ];
  return lines.map((line) => `${line}~\n`).join("");
}

const segmentsOf = ({ part, shipTo, quoted, note, wanted }: Item): string[] => [
  `LIN**BP*${part}`,
  "UIT*PC",
  `N1*ST**92*${shipTo}`,
  ...wanted.map(
    ({ quantity, commitment, timing, from, to }) =>
      `FST*${quantity}*${commitment}*${timing}*${compact(from)}${to === undefined ? "" : `*${compact(to)}`}`,
  ),
  ...(quoted === undefined ? [] : [`SHP*02*${quoted}*050`]),
  ...(quoted === undefined && note !== "" ? ["SHP*01*1*050"] : []),
  ...(note === "" ? [] : [`REF*SI*${note}`]),
];
