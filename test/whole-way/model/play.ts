/** Plays a week in a house and in the model side by side; after each step their books agree. */
import assert from "node:assert/strict";
import { Customer, interchangeOf, type ReleaseChange } from "./customer.ts";
import { dayAfter } from "./days.ts";
import { blanketOrderText, booksOf, type Crash, confirmationText, type House, scheduleIds } from "./house.ts";
import type { Happening, Week } from "./weeks.ts";
import { type Confirmation, type Contract, type Item, keyOf, type Release } from "./words.ts";
import { World } from "./world.ts";

/** A Monday. */
export const FIRST_DAY = "2027-03-01";

const PLACES = [
  { part: "A-100", shipTo: "PLANT1" },
  { part: "B-200", shipTo: "PLANT1" },
  { part: "C-300", shipTo: "PLANT2" },
  // On no blanket order until somebody adds it.
  { part: "D-400", shipTo: "PLANT2" },
] as const;

export const contractsOf = ({ packs, contracts }: Pick<Week, "packs" | "contracts">): Contract[] =>
  PLACES.slice(0, 3).map((place, n) => ({
    ...place,
    line: (n + 1) * 10,
    quantity: BigInt(contracts[n] ?? 0),
    pack: BigInt(packs[n] ?? 0),
  }));

/** What happened so far, in sentences. */
export class Story {
  readonly sentences: string[] = [];

  say(sentence: string): void {
    this.sentences.push(sentence);
  }

  toString(): string {
    return this.sentences.map((sentence, n) => `  ${n + 1}. ${sentence}`).join("\n");
  }
}

/** Other ways in which the same can reach us. */
export interface Ways {
  /** Everything that comes as a file comes twice. */
  readonly twice?: boolean;
  /** Each item of a release in an interchange of its own. */
  readonly apart?: boolean;
}

export class Play {
  readonly world: World;
  readonly story = new Story();
  private readonly house: House;
  private readonly ways: Ways;
  private readonly customer = new Customer(PLACES);
  private readonly sent: { file: string; release: Release; text: string }[] = [];
  private readonly confirmed: { confirmation: Confirmation; taken: boolean }[] = [];
  private files = 0;
  private number = 0;
  private control = 0;
  private notes = 0;

  constructor(house: House, week: Week, ways: Ways = {}) {
    this.house = house;
    this.ways = ways;
    this.world = new World(week.rules, FIRST_DAY, contractsOf(week));
    this.story.say(`A house with the rules ${JSON.stringify(week.rules)}`);
  }

  /** The blanket order comes first. */
  async open(): Promise<void> {
    this.handOver(this.world.contracts, "");
    this.story.say(`The ERP hands over the blanket order: ${this.world.contracts.map(contractInWords).join("; ")}`);
    await this.settle();
  }

  /** Plays one happening; where there is nothing for it to happen to, it does not. */
  async happen(happening: Happening): Promise<void> {
    switch (happening.kind) {
      case "days":
        return this.days(happening.days, happening.crash);
      case "release":
        return this.release(10, happening.ago, happening.change, happening.crash);
      case "late release":
        return this.sent.length === 0 ? undefined : this.release(-5, happening.ago, happening.change, undefined);
      case "number again":
        return this.sent.length === 0 ? undefined : this.release(0, 0, happening.change, undefined);
      case "releases together":
        return this.together(happening.changes, happening.crash);
      case "same again":
        return this.sameAgain(happening);
      case "accept":
      case "withdraw":
        return this.decide(happening);
      case "ship":
        return this.ship(happening);
      case "confirmation again":
        return this.confirmAgain(happening.which);
      case "cancel":
      case "lift":
        return this.takeBack(happening);
      case "invoice":
        return this.invoice(happening.which);
      case "blanket order":
        return this.blanketOrder(happening);
    }
  }

  private async days(days: number, crash: Crash | undefined): Promise<void> {
    this.world.today = dayAfter(this.world.today, days);
    this.house.day(this.world.today);
    this.story.say(`It is ${this.world.today}`);
    await this.settle(crash);
  }

  private async release(step: number, ago: number, change: ReleaseChange, crash: Crash | undefined) {
    const release = this.nextRelease(step, ago, change);
    await this.send(release, crash);
    if (this.ways.twice === true) await this.send(release);
  }

  private nextRelease(step: number, ago: number, change: ReleaseChange): Release {
    const number = this.number + step;
    if (step > 0) this.number = number;
    return this.customer.release(number, dayAfter(this.world.today, -ago), change, this.world);
  }

  private async together(changes: readonly ReleaseChange[], crash: Crash | undefined): Promise<void> {
    for (const change of changes) this.leave(this.nextRelease(10, 0, change));
    this.story.say("... both of them at once");
    await this.settle(crash);
  }

  private async send(release: Release, crash?: Crash): Promise<void> {
    this.leave(release);
    await this.settle(crash);
  }

  /** Leaves a release in the inbox. */
  private leave(release: Release): void {
    const parts = this.ways.apart === true ? release.items.map((item) => ({ ...release, items: [item] })) : [release];
    for (const part of parts) {
      this.control += 1;
      const text = interchangeOf(part, this.control);
      const file = this.drop("acme", "edi", text);
      this.sent.push({ file, release: part, text });
      this.world.receive(file, part);
      this.story.say(`${file}: ${releaseInWords(part)}`);
    }
  }

  private async sameAgain({ which, envelope }: { which: number; envelope: "same" | "new" }): Promise<void> {
    const before = this.sent[which % Math.max(1, this.sent.length)];
    if (before === undefined) return;
    if (envelope === "new") return this.send(before.release);
    const file = this.drop("acme", "edi", before.text);
    this.world.duplicate(file);
    this.story.say(`${file}: ${before.file} again, byte for byte`);
    await this.settle();
  }

  private async decide({ kind, which }: { kind: "accept" | "withdraw"; which: number }): Promise<void> {
    const held = this.world.held();
    const name = held[which % Math.max(1, held.length)];
    if (name === undefined) return;
    const id = (await this.house.ask(scheduleIds)).get(name) ?? 0;
    this.story.say(`The planner ${kind}s ${name}`);
    if (kind === "withdraw") {
      this.world.withdraw(name);
      assert.equal(await this.house.command("schedule withdraw", { ids: [id], reason: "not so" }), true);
    } else {
      const taken = this.world.acceptHeld(name);
      assert.equal(await this.house.command("schedule accept", { ids: [id] }), taken, `${name} can be accepted`);
    }
    await this.settle();
  }

  private async ship({ which, lines: most, tenths, closeShort, crash }: Happening & { kind: "ship" }): Promise<void> {
    const open = this.world.orders.filter(({ lines }) => lines.some((line) => line.open > 0n));
    const order = open[which % Math.max(1, open.length)];
    if (order === undefined) return;
    this.notes += 1;
    const confirmation: Confirmation = {
      confirmation: `WMS-${this.notes}`,
      note: `LS-${this.notes}`,
      lines: order.lines
        .filter((line) => line.open > 0n)
        .slice(0, most)
        .map((line) => {
          const part = (line.open * BigInt(tenths)) / 10n;
          // In fives, so that no sum of notes is ever off by seven.
          const quantity = part - (part % 5n);
          return { order: order.number, line: line.number, quantity: quantity > 0n ? quantity : line.open, closeShort };
        }),
    };
    await this.confirm(confirmation, crash);
    if (this.ways.twice === true) await this.confirmAgain(this.confirmed.length - 1);
  }

  private async confirm(confirmation: Confirmation, crash?: Crash): Promise<void> {
    const taken = this.world.ship(confirmation);
    this.confirmed.push({ confirmation, taken });
    const file = this.drop("erp", "json", confirmationText(confirmation));
    this.world.fileEnds(file, taken ? "applied" : "quarantined");
    const lines = confirmation.lines.map(
      ({ order, line, quantity, closeShort }) => `${quantity} of ${order}/${line}${closeShort ? ", and no more" : ""}`,
    );
    this.story.say(`${file}: the ERP has shipped ${lines.join(" and ")} with note ${confirmation.note}`);
    await this.settle(crash);
  }

  private async confirmAgain(which: number): Promise<void> {
    const before = this.confirmed[which % Math.max(1, this.confirmed.length)];
    if (before === undefined || !before.taken) return;
    const file = this.drop("erp", "json", `${confirmationText(before.confirmation)}${" ".repeat(this.files)}\n`);
    this.world.fileEnds(file, "applied");
    this.story.say(`${file}: confirmation ${before.confirmation.confirmation} again`);
    await this.settle();
  }

  private async takeBack({ kind, which }: { kind: "cancel" | "lift"; which: number }): Promise<void> {
    const fits = (line: { open: bigint; withheld: bigint }) => (kind === "cancel" ? line.open : line.withheld) > 0n;
    const orders = this.world.orders.filter(({ lines }) => lines.some(fits));
    const order = orders[which % Math.max(1, orders.length)];
    if (order === undefined) return;
    this.story.say(`The planner ${kind}s ${order.number}`);
    const taken = kind === "cancel" ? this.world.cancel(order.number) : this.world.lift(order.number);
    assert.equal(await this.house.command(`order ${kind}`, { order: order.number, reason: "as agreed" }), taken);
    await this.settle();
  }

  private async invoice(which: number): Promise<void> {
    const shipments = this.world.shipmentsSoFar();
    if (shipments === 0) return;
    const n = which % shipments;
    const number = `SH-${String(n + 1).padStart(6, "0")}`;
    this.story.say(`The planner releases the invoice of ${number}`);
    this.world.invoice(n);
    await this.house.command("invoice release", { shipment: number });
    await this.settle();
  }

  private async blanketOrder({ line, quantity, expires, adds }: Happening & { kind: "blanket order" }): Promise<void> {
    const { world } = this;
    const changed = world.contracts[line % world.contracts.length] as Contract;
    const expiresOn = expires === undefined ? "" : dayAfter(world.today, expires);
    const [, , , more] = PLACES;
    const added: Contract[] =
      adds && world.contracts.length < PLACES.length ? [{ ...more, line: 40, quantity: 1000n, pack: 0n }] : [];
    const contracts = [
      ...world.contracts.map((one) =>
        one === changed && quantity > 0 ? { ...one, quantity: BigInt(quantity) } : { ...one },
      ),
      ...added,
    ];
    const file = this.handOver(contracts, expiresOn);
    const quantities = new Map(contracts.map((one) => [one.line, one.quantity]));
    const taken = world.changeBlanketOrder({ quantities, expiresOn, added });
    world.fileEnds(file, taken ? "applied" : "quarantined");
    this.story.say(
      `${file}: the ERP hands the blanket order over with ${contracts.map(contractInWords).join("; ")}, ` +
        (expiresOn === "" ? "for ever" : `valid until ${expiresOn}`),
    );
    await this.settle();
  }

  private handOver(contracts: readonly Contract[], expiresOn: string): string {
    // No two files alike: what is the same again is told by what it says, not by its bytes.
    const file = this.drop("erp", "json", `${blanketOrderText(contracts, expiresOn)}${" ".repeat(this.files)}\n`);
    this.world.fileEnds(file, "applied");
    return file;
  }

  private drop(folder: "acme" | "erp", ending: string, text: string): string {
    this.files += 1;
    const name = `${String(this.files).padStart(3, "0")}.${ending}`;
    this.house.drop(folder, name, text);
    return name;
  }

  /** All that waits is done; then the books agree. */
  private async settle(crash?: Crash): Promise<void> {
    if (crash !== undefined) {
      this.story.say(`... and the gateway is killed ${this.house.killedAt(crash)}, and started again`);
    }
    await this.house.settle(crash);
    this.world.release();
    assert.deepEqual(await this.house.ask(booksOf), this.world.books());
  }
}

const contractInWords = ({ line, part, shipTo, quantity, pack }: Contract): string =>
  `line ${line}, ${quantity} ${part} for ${shipTo}${pack > 0n ? ` in packs of ${pack}` : ""}`;

const releaseInWords = ({ number, issuedOn, dates, running, items }: Release): string =>
  `release ${number} of ${issuedOn} with ${dates} dates: ${items.map((item) => itemInWords(item, running)).join("; ")}`;

const WORDS = { C: "firm", A: "immediate", D: "planned", Z: "by their own word" } as const;
const SPANS = { D: "on", W: "in the week from", F: "from" } as const;

function itemInWords(item: Item, running: boolean): string {
  const wanted = item.wanted.map(
    ({ quantity, commitment, timing, from, to }) =>
      `${quantity}${running ? " in all" : ""} ${WORDS[commitment]} ${SPANS[timing]} ${from}${to === undefined ? "" : ` to ${to}`}`,
  );
  const note = item.note === "" ? "no note" : `last note ${item.note}`;
  return `${keyOf(item)}, ${item.quoted === undefined ? "" : `received ${item.quoted}, `}${note}, wants ${wanted.length === 0 ? "nothing" : wanted.join(", ")}`;
}
