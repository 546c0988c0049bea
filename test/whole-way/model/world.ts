/**
 * A small model of the domain, held in memory: what is in force, ordered, shipped, withheld and stated, and what each
 * step does to it. Written from the rules alone, without anything of the product.
 */
import {
  atLeastNothing,
  behind,
  type Dated,
  type Demand,
  demandOf,
  isChanged,
  largerOf,
  shippingDemand,
  smallerOf,
  total,
} from "./curve.ts";
import { pegged } from "./pegging.ts";
import { type Books, type Confirmation, type Contract, type Item, keyOf, type Release, type Rules } from "./words.ts";

interface Account {
  readonly key: string;
  /** The line it draws on. */
  readonly contract: Contract;
  inForce: Schedule | undefined;
  received: bigint | undefined;
  /** What they had received beyond all that was ever released, when such a schedule was accepted. */
  beyond: bigint;
  /** Shipped, note by note. */
  readonly notes: { readonly note: string; readonly quantity: bigint; readonly on: string }[];
}

interface Schedule {
  /** `<file>/<line>`. */
  readonly name: string;
  readonly key: string;
  readonly number: number;
  readonly issuedOn: string;
  readonly demand: Demand;
  readonly content: string;
  state: "held" | "accepted" | "withdrawn" | "superseded" | "without effect";
  account: Account | undefined;
  readonly quoted: bigint | undefined;
  readonly note: string;
  /** A net customer's schedule that says nothing of what was shipped: there is nowhere to start from. */
  readonly adrift: boolean;
}

interface OrderLine {
  readonly number: number;
  readonly account: Account;
  open: bigint;
  shipped: bigint;
  withheld: bigint;
  invoiced: bigint;
  state: "open" | "shipped" | "closed short" | "cancelled";
}

interface Order {
  readonly number: string;
  readonly shipTo: string;
  scheduledOn: string;
  cancelled: boolean;
  readonly lines: OrderLine[];
}

export class World {
  readonly rules: Rules;
  today: string;
  state = "open";
  expiresOn = "";
  readonly contracts: Contract[];
  private readonly accounts = new Map<string, Account>();
  private readonly schedules: Schedule[] = [];
  readonly orders: Order[] = [];
  private readonly files: Record<string, string> = {};
  private readonly shipments: {
    confirmation: string;
    lines: { line: OrderLine; quantity: bigint; invoiced: boolean }[];
  }[] = [];

  constructor(rules: Rules, today: string, contracts: readonly Contract[]) {
    this.rules = rules;
    this.today = today;
    this.contracts = contracts.map((contract) => ({ ...contract }));
    for (const contract of this.contracts) this.openAccount(contract);
  }

  private openAccount(contract: Contract): void {
    const key = keyOf(contract);
    this.accounts.set(key, { key, contract, inForce: undefined, received: undefined, beyond: 0n, notes: [] });
  }

  // What the customer's releases do.

  receive(file: string, release: Release): void {
    this.files[file] = "applied";
    const judged = release.items.map((item, n) => this.judge(`${file}/${n + 1}`, release, item));
    this.schedules.push(...judged);
    this.accept(judged.filter(({ state }) => state === "accepted"));
  }

  duplicate(file: string): void {
    this.files[file] = "duplicate";
  }

  private judge(name: string, release: Release, item: Item): Schedule {
    const key = keyOf(item);
    const account = this.accounts.get(key);
    const { number, issuedOn } = release;
    const base = item.quoted ?? this.anchor(account, item.note, issuedOn);
    const demand = demandOf(release, item, base ?? 0n, this.rules);
    const content = JSON.stringify([base, demand], (_key, held: unknown) =>
      typeof held === "bigint" ? String(held) : held,
    );
    const schedule: Schedule = {
      name,
      key,
      number,
      issuedOn,
      demand,
      content,
      state: "held",
      account,
      quoted: item.quoted,
      note: item.note,
      adrift: base === undefined,
    };
    // Of an item that is on no blanket order only what waits is known.
    const ofItem = this.schedules.filter(
      (other) => other.key === key && (other.state === "held" || (account !== undefined && other.account === account)),
    );
    if (ofItem.some((other) => other.number === number && other.issuedOn === issuedOn && other.content === content))
      return { ...schedule, state: "without effect" };
    const waitingOrInForce = ofItem.filter((other) => other.state === "held" || other === account?.inForce);
    if (
      waitingOrInForce.some(
        (other) => other.issuedOn > issuedOn || (other.issuedOn === issuedOn && other.number > number),
      )
    )
      return { ...schedule, state: "without effect" };
    for (const other of ofItem) if (other.state === "held") other.state = "superseded";
    if (account === undefined) return schedule;
    const asks = base === undefined || this.asks(account, demand, item);
    account.received = item.quoted ?? account.received;
    return { ...schedule, state: asks ? "held" : "accepted" };
  }

  /** Whether a planner is asked. */
  private asks(account: Account, demand: Demand, item: Item): boolean {
    const old = account.inForce?.demand;
    if (!this.isOpen() || demand.falls || this.exceeds(account, demand)) return true;
    if (old === undefined) {
      const shipped = this.shipped(account);
      return this.rules.first === "hold" || (shipped !== 0n && !this.agrees(account, item));
    }
    return !this.agrees(account, item) || (this.rules.strict && isChanged(old, demand, this.rules));
  }

  /** Where a net customer's schedule starts: what we had shipped through the last note, or nothing before we had shipped. */
  private anchor(account: Account | undefined, note: string, issuedOn: string): bigint | undefined {
    if (account === undefined) return 0n;
    if (note !== "") return this.countedThrough(account, note);
    return account.notes.every(({ on }) => on > issuedOn) ? 0n : undefined;
  }

  /** Their cumulative is what we had shipped through the last note they quote, and does not fall. */
  private agrees(account: Account, { quoted, note }: Pick<Schedule, "quoted" | "note">): boolean {
    if (quoted === undefined) return true;
    return quoted === this.countedThrough(account, note) && quoted >= (account.inForce?.quoted ?? 0n);
  }

  private countedThrough(account: Account, note: string): bigint {
    const last = account.notes.findIndex((one) => one.note === note);
    return account.beyond + total(account.notes.slice(0, last + 1).map(({ quantity }) => quantity));
  }

  /** Shipped and open, and all that may ship still to come, are more than the contract. */
  private exceeds(account: Account, demand: Demand): boolean {
    const ordered = this.ordered(account);
    const asked = total(demand.pieces.filter((piece) => piece.ships).map(({ quantity }) => quantity));
    const toCome = atLeastNothing(demand.base + asked - largerOf(demand.base, ordered + account.beyond));
    return ordered + toCome > account.contract.quantity;
  }

  // What a planner decides.

  held(): string[] {
    return this.schedules.filter(({ state }) => state === "held").map(({ name }) => name);
  }

  /** Whether it can be accepted; then it is. */
  acceptHeld(name: string): boolean {
    const schedule = this.schedules.find((one) => one.name === name);
    if (schedule === undefined) throw new Error(`no schedule ${name}`);
    const account = schedule.account ?? this.accounts.get(schedule.key);
    if (account === undefined || schedule.adrift || !this.isOpen()) return false;
    if (schedule.account === undefined) {
      if (this.exceeds(account, schedule.demand)) return false;
      schedule.account = account;
      if (schedule.quoted !== undefined && schedule.quoted > 0n) account.received = schedule.quoted;
    }
    schedule.state = "accepted";
    this.accept([schedule]);
    return true;
  }

  withdraw(name: string): void {
    const schedule = this.schedules.find((one) => one.name === name);
    if (schedule !== undefined) schedule.state = "withdrawn";
  }

  /** Each replaces the whole schedule of its account; what was withheld is lifted, open orders follow. */
  private accept(schedules: readonly Schedule[]): void {
    const changes = schedules.flatMap((schedule) => {
      const account = schedule.account as Account;
      for (const line of this.linesOf(account)) line.withheld = 0n;
      this.countReceived(account, schedule);
      account.inForce = schedule;
      if (this.rules.changes === "carry") return [];
      const demand = shippingDemand(schedule.demand, this.today, this.rules);
      const open = this.orders.flatMap((order) =>
        order.lines
          .filter((line) => line.account === account && line.open > 0n)
          .map((line) => ({ line, order, open: line.open, scheduledOn: order.scheduledOn })),
      );
      const { base } = schedule.demand;
      const { pack } = account.contract;
      return pegged(open, demand, { base, shipped: this.shipped(account) + account.beyond, pack, today: this.today });
    });
    for (const {
      line: { line },
      off,
    } of changes) {
      if (off === 0n) continue;
      line.open -= off;
      if (line.open === 0n) line.state = line.shipped > 0n ? "closed short" : "cancelled";
    }
    for (const order of new Set(changes.map(({ line }) => line.order))) {
      this.move(order, new Map(changes.map(({ line: { line }, wantedOn }) => [line, wantedOn])));
      order.cancelled ||= order.lines.every(({ state, shipped }) => state === "cancelled" && shipped === 0n);
    }
  }

  /** What they have beyond all that we released is neither ordered nor hides what is; counted less later, it is less. */
  private countReceived(account: Account, { demand, quoted, note }: Schedule): void {
    const more = demand.base - this.ordered(account) - account.beyond;
    const less = quoted === undefined ? 0n : this.countedThrough(account, note) - quoted;
    if (more > 0n) account.beyond += more;
    else if (less > 0n) account.beyond -= smallerOf(less, account.beyond);
  }

  /** An order moves with its number when all that is open on it is wanted on one other day. */
  private move(order: Order, wanted: ReadonlyMap<OrderLine, string | undefined>): void {
    const days = order.lines.filter(({ open }) => open > 0n).map((line) => wanted.get(line) ?? order.scheduledOn);
    const [day] = days;
    if (day === undefined || days.some((other) => other !== day)) return;
    if (this.notPast(day) !== this.notPast(order.scheduledOn)) order.scheduledOn = day;
  }

  private notPast = (day: string): string => (day < this.today ? this.today : day);

  // What the timetable does.

  /** Orders all that is scheduled on or before today and not ordered yet. */
  release(): void {
    if (!this.isOpen()) return;
    const due = this.contracts
      .toSorted((a, b) => a.line - b.line)
      .flatMap((contract) => this.dueOf(this.accounts.get(keyOf(contract)) as Account));
    const groups = new Map<string, typeof due>();
    for (const one of due) {
      const key = `${one.account.contract.shipTo} ${one.orderOn}`;
      groups.set(key, [...(groups.get(key) ?? []), one]);
    }
    for (const [, lines] of [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      this.orders.push({
        number: `SO-${String(this.orders.length + 1).padStart(6, "0")}`,
        shipTo: (lines[0] as (typeof due)[number]).account.contract.shipTo,
        scheduledOn: (lines[0] as (typeof due)[number]).orderOn,
        cancelled: false,
        lines: lines.map(({ account, quantity }, n) => ({
          number: (n + 1) * 10,
          account,
          open: quantity,
          shipped: 0n,
          withheld: 0n,
          invoiced: 0n,
          state: "open",
        })),
      });
    }
  }

  private dueOf(account: Account): (Dated & { account: Account })[] {
    const { today } = this;
    const lacking = this.lacking(account);
    const { pack, quantity: contract } = account.contract;
    const isDue = ({ orderOn }: Dated) => orderOn <= today;
    const earliest =
      lacking
        .filter(isDue)
        .map(({ orderOn }) => orderOn)
        .toSorted()[0] ?? today;
    // One line of an order for what has the same three dates.
    const apart = new Map<string, Dated>();
    for (const one of lacking) {
      const orderOn = isDue(one) && this.rules.grouping === "all-due" ? earliest : one.orderOn;
      const key = `${orderOn} ${one.shipOn} ${one.deliverOn}`;
      apart.set(key, { ...one, orderOn, quantity: one.quantity + (apart.get(key)?.quantity ?? 0n) });
    }
    let [needed, taken] = [0n, 0n];
    return [...apart.values()].flatMap((one) => {
      needed += one.quantity;
      const lacks = atLeastNothing(needed - taken);
      const full = pack > 0n ? ((lacks + pack - 1n) / pack) * pack : lacks;
      const quantity = this.ordered(account) + taken + full > contract ? lacks : full;
      taken += quantity;
      return quantity > 0n && isDue(one) ? [{ ...one, quantity, account }] : [];
    });
  }

  /** Demand that nothing covers: what is scheduled for later covers its own day first, all else the earliest. */
  private lacking(account: Account): Dated[] {
    if (account.inForce === undefined) return [];
    const { demand } = account.inForce;
    let cover = atLeastNothing(this.ordered(account) + this.withheld(account) + account.beyond - demand.base);
    const later = new Map<string, bigint>();
    for (const { scheduledOn, lines } of this.orders) {
      if (scheduledOn <= this.today) continue;
      for (const line of lines)
        if (line.account === account) later.set(scheduledOn, (later.get(scheduledOn) ?? 0n) + line.open);
    }
    const left = shippingDemand(demand, this.today, this.rules).flatMap((piece) => {
      const covered = smallerOf(smallerOf(later.get(piece.orderOn) ?? 0n, cover), piece.quantity);
      later.set(piece.orderOn, (later.get(piece.orderOn) ?? 0n) - covered);
      cover -= covered;
      return piece.quantity > covered ? [{ ...piece, quantity: piece.quantity - covered }] : [];
    });
    return behind(left, cover);
  }

  // What the ERP says.

  ship({ confirmation, note, lines }: Confirmation): boolean {
    const named = lines.map((one) => ({ ...one, ...this.lineNamed(one.order, one.line) }));
    if (named.some(({ in: order, of: line }) => order.cancelled || line.state === "cancelled")) return false;
    const shipped = named.map(({ of: line, quantity, closeShort }) => {
      const left = atLeastNothing(line.open - quantity);
      const closes = closeShort && left > 0n;
      line.open = closes ? 0n : left;
      line.shipped += quantity;
      if (line.state === "open" && line.open === 0n) line.state = closes ? "closed short" : "shipped";
      if (closes && this.rules.shortIs === "withheld") line.withheld += left;
      const { notes } = line.account;
      const same = notes.at(-1)?.note === note ? notes.pop() : undefined;
      notes.push({ note, quantity: quantity + (same?.quantity ?? 0n), on: this.today });
      const invoiced = this.rules.invoice === "at-shipment";
      if (invoiced) line.invoiced += quantity;
      return { line, quantity, invoiced };
    });
    this.shipments.push({ confirmation, lines: shipped });
    if (this.isUsedUp()) this.state = "completed";
    return true;
  }

  private isUsedUp = (): boolean =>
    this.state === "open" &&
    this.contracts.every((contract) => {
      const account = this.accounts.get(keyOf(contract)) as Account;
      const open = total(this.linesOf(account).map((line) => line.open));
      return (
        contract.quantity <= this.ordered(account) &&
        open === 0n &&
        this.withheld(account) === 0n &&
        this.lacking(account).length === 0
      );
    });

  lineNamed(number: string, line: number): { in: Order; of: OrderLine } {
    const order = this.orders.find((one) => one.number === number);
    const of = order?.lines.find((one) => one.number === line);
    if (order === undefined || of === undefined) throw new Error(`no order line ${number}/${line}`);
    return { in: order, of };
  }

  /** Releases the invoices of the n-th shipment. */
  invoice(n: number): void {
    for (const one of this.shipments[n]?.lines ?? []) {
      if (!one.invoiced) one.line.invoiced += one.quantity;
      one.invoiced = true;
    }
  }

  shipmentsSoFar = (): number => this.shipments.length;

  /** Cancels by hand: what was open is withheld. Says whether there was anything. */
  cancel(number: string): boolean {
    const order = this.orders.find((one) => one.number === number) as Order;
    const open = order.lines.filter((line) => line.open > 0n);
    for (const line of open) {
      line.withheld += line.open;
      line.open = 0n;
      line.state = "cancelled";
    }
    if (open.length > 0) order.cancelled = order.lines.every(({ shipped }) => shipped === 0n);
    return open.length > 0;
  }

  lift(number: string): boolean {
    const order = this.orders.find((one) => one.number === number) as Order;
    const withheld = order.lines.filter((line) => line.withheld > 0n);
    for (const line of withheld) line.withheld = 0n;
    return withheld.length > 0;
  }

  /** Hands the blanket order over again with other quantities, another end, perhaps a new line. Says whether it is taken. */
  changeBlanketOrder(change: {
    quantities: ReadonlyMap<number, bigint>;
    expiresOn: string;
    added: readonly Contract[];
  }): boolean {
    const changed = this.contracts.filter(
      (contract) => (change.quantities.get(contract.line) ?? contract.quantity) !== contract.quantity,
    );
    const nothing = changed.length === 0 && change.added.length === 0;
    if (nothing && change.expiresOn === this.expiresOn) return true;
    if (this.state !== "open") return false;
    const expired = this.expiresOn !== "" && this.expiresOn < this.today;
    if (expired && !(nothing && (change.expiresOn === "" || change.expiresOn >= this.today))) return false;
    for (const contract of changed) {
      const quantity = change.quantities.get(contract.line) as bigint;
      const ordered = this.ordered(this.accounts.get(keyOf(contract)) as Account);
      if (quantity < contract.quantity && quantity < ordered) return false;
    }
    for (const contract of changed) contract.quantity = change.quantities.get(contract.line) as bigint;
    this.expiresOn = change.expiresOn;
    for (const contract of change.added) {
      this.contracts.push({ ...contract });
      this.openAccount(this.contracts.at(-1) as Contract);
    }
    return true;
  }

  fileEnds(file: string, state: string): void {
    this.files[file] = state;
  }

  // Sums.

  isOpen = (): boolean => this.state === "open" && (this.expiresOn === "" || this.expiresOn >= this.today);

  private linesOf = (account: Account): OrderLine[] =>
    this.orders.flatMap(({ lines }) => lines.filter((line) => line.account === account));
  private shipped = (account: Account): bigint => total(this.linesOf(account).map(({ shipped }) => shipped));
  private ordered = (account: Account): bigint =>
    total(this.linesOf(account).map(({ open, shipped }) => open + shipped));
  private withheld = (account: Account): bigint => total(this.linesOf(account).map(({ withheld }) => withheld));

  /** What we shipped to them note by note, as the customer could count it. */
  notesOf = (key: string): readonly { readonly note: string; readonly quantity: bigint }[] =>
    this.accounts.get(key)?.notes ?? [];

  books(): Books {
    const sums = (account: Account) => ({
      ordered: this.ordered(account),
      shipped: this.shipped(account),
      withheld: this.withheld(account),
    });
    return {
      blanketOrder: { state: this.state, expiresOn: this.expiresOn },
      contracts: Object.fromEntries(
        this.contracts.map((contract) => {
          const account = this.accounts.get(keyOf(contract)) as Account;
          const invoiced = total(this.linesOf(account).map((line) => line.invoiced));
          return [contract.line, { contract: contract.quantity, ...sums(account), invoiced }];
        }),
      ),
      accounts: Object.fromEntries(
        [...this.accounts].map(([key, account]) => [
          key,
          { ...sums(account), received: account.received, beyond: account.beyond },
        ]),
      ),
      orders: Object.fromEntries(
        this.orders.map(({ number, shipTo, scheduledOn, cancelled, lines }) => [
          number,
          {
            shipTo,
            scheduledOn,
            cancelled,
            lines: Object.fromEntries(
              lines.map(({ number: line, account, open, shipped, withheld, state }) => [
                line,
                { part: account.contract.part, ordered: open + shipped, shipped, withheld, state },
              ]),
            ),
          },
        ]),
      ),
      schedules: Object.fromEntries(this.schedules.map(({ name, state }) => [name, state])),
      files: { ...this.files },
    };
  }
}
