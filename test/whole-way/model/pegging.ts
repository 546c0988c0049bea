/** What becomes of open order lines when another schedule is accepted (domain.md, *Pegging after a change*). */
import { behind, type Dated, largerOf, smallerOf, total } from "./curve.ts";
import { laterOf } from "./days.ts";

export interface Open {
  readonly open: bigint;
  readonly scheduledOn: string;
}

export interface Pegged<Line extends Open> {
  readonly line: Line;
  /** Taken off the line: wanted no more, or on other days than what it keeps. */
  readonly off: bigint;
  /** The scheduled order date of what it keeps. */
  readonly wantedOn: string | undefined;
}

/**
 * Lines in the order of their dates cover demand behind what was shipped; what is open beyond all demand comes off the
 * latest; each covers its own day first. A line keeps what it covers on its own day, else on the earliest: the rest is
 * ordered anew when it is due. Nothing breaks a pack.
 */
export function pegged<Line extends Open>(
  lines: readonly Line[],
  demand: readonly Dated[],
  of: { readonly base: bigint; readonly shipped: bigint; readonly pack: bigint; readonly today: string },
): Pegged<Line>[] {
  const { today } = of;
  const inLine = lines
    .map((line, n) => ({
      line,
      n,
      day: laterOf(line.scheduledOn, today),
      left: line.open,
      covers: new Map<string, bigint>(),
      scheduled: new Map<string, string>(),
    }))
    .toSorted((a, b) =>
      a.line.scheduledOn < b.line.scheduledOn ? -1 : a.line.scheduledOn > b.line.scheduledOn ? 1 : a.n - b.n,
    );
  type Covering = (typeof inLine)[number];
  const covers = (one: Covering, day: string, quantity: bigint, orderOn: string) => {
    one.covers.set(day, (one.covers.get(day) ?? 0n) + quantity);
    if (!one.scheduled.has(day)) one.scheduled.set(day, orderOn);
    one.left -= quantity;
  };

  // Below the base the customer has it: the earliest lines stay what they are.
  let history = largerOf(0n, of.base - of.shipped);
  for (const one of inLine) {
    const kept = smallerOf(history, one.left);
    if (kept > 0n) covers(one, one.day, kept, one.line.scheduledOn);
    history -= kept;
  }

  let reach = total(inLine.map(({ left }) => left));
  const wanted = behind(demand, of.shipped - of.base).flatMap((piece) => {
    const quantity = smallerOf(reach, piece.quantity);
    reach -= quantity;
    return quantity === 0n ? [] : [{ ...piece, day: laterOf(piece.orderOn, today), left: quantity }];
  });
  let tooMuch = reach;
  for (const one of inLine.toReversed()) {
    const cut = smallerOf(tooMuch, one.left);
    one.left -= cut;
    tooMuch -= cut;
  }
  for (const ownDay of [true, false]) {
    for (const one of inLine) {
      for (const piece of wanted) {
        if (ownDay && piece.day !== one.day) continue;
        const quantity = smallerOf(piece.left, one.left);
        if (quantity > 0n) covers(one, piece.day, quantity, piece.orderOn);
        piece.left -= quantity;
      }
    }
  }
  return inLine.map(({ line, day, covers: by, scheduled }) => {
    const keptDay = by.has(day) ? day : [...by.keys()].toSorted()[0];
    const kept = keptDay === undefined ? 0n : (by.get(keptDay) as bigint);
    const off = line.open - kept;
    if (keptDay === undefined) return { line, off, wantedOn: undefined };
    const broken = of.pack > 0n ? off % of.pack : 0n;
    return { line, off: off - broken, wantedOn: keptDay === day ? line.scheduledOn : scheduled.get(keptDay) };
  });
}
