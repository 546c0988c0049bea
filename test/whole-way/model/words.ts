/** The words of the model: a small supplier's house as anybody would describe it, with whole pieces and ISO dates. */

/** Settings of a house that change what happens in it. */
export interface Rules {
  readonly first: "hold" | "accept";
  /** Every change inside both schedules' horizons is asked; otherwise every change passes. */
  readonly strict: boolean;
  /** What becomes of open orders when demand changes. */
  readonly changes: "do" | "carry";
  readonly transitDays: number;
  readonly leadDays: number;
  /** Whether the customer receives, and we ship, on Saturdays and Sundays too. */
  readonly receivesDaily: boolean;
  readonly shipsDaily: boolean;
  readonly grouping: "per-date" | "all-due";
  readonly shortIs: "due-again" | "withheld";
  readonly invoice: "at-shipment" | "by-hand";
  /** Whether the customer quotes no cumulative, only the last note. */
  readonly net: boolean;
}

/** One line of the blanket order: a part for a ship-to. */
export interface Contract {
  readonly line: number;
  readonly part: string;
  readonly shipTo: string;
  quantity: bigint;
  /** Nothing (0) where there are no packs. */
  readonly pack: bigint;
}

/** One quantity of a schedule, as an FST says it. */
export interface Wanted {
  readonly quantity: bigint;
  /** C firm, A immediate, D planned, Z the customer's own word. */
  readonly commitment: "C" | "A" | "D" | "Z";
  /** A day, a week from that day, or a span with an end of its own. */
  readonly timing: "D" | "W" | "F";
  readonly from: string;
  readonly to?: string;
}

export interface Item {
  readonly part: string;
  readonly shipTo: string;
  /** The cumulative they quote; net customers quote none. */
  readonly quoted: bigint | undefined;
  /** The last note they have counted; empty where none. */
  readonly note: string;
  readonly wanted: readonly Wanted[];
}

/** A release of the customer. */
export interface Release {
  readonly number: number;
  readonly issuedOn: string;
  readonly dates: "delivery" | "ship";
  /** Whether the figures are running totals. */
  readonly running: boolean;
  readonly items: readonly Item[];
}

export interface Confirmation {
  readonly confirmation: string;
  readonly note: string;
  readonly lines: readonly {
    readonly order: string;
    readonly line: number;
    readonly quantity: bigint;
    readonly closeShort: boolean;
  }[];
}

/** What is known of a house at the end of a step: the same of the product and of the model. */
export interface Books {
  readonly blanketOrder: { readonly state: string; readonly expiresOn: string };
  /** By line number. */
  readonly contracts: Readonly<Record<string, Figures & { readonly contract: bigint; readonly invoiced: bigint }>>;
  /** By part and ship-to. */
  readonly accounts: Readonly<
    Record<string, Figures & { readonly received: bigint | undefined; readonly beyond: bigint }>
  >;
  /** By number; lines by theirs. */
  readonly orders: Readonly<Record<string, OrderInBooks>>;
  /** `<file>/<line>` → held, accepted, withdrawn, superseded, without effect. */
  readonly schedules: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

export interface Figures {
  /** Open + shipped. */
  readonly ordered: bigint;
  readonly shipped: bigint;
  readonly withheld: bigint;
}

export interface OrderInBooks {
  readonly shipTo: string;
  readonly scheduledOn: string;
  readonly cancelled: boolean;
  readonly lines: Readonly<Record<string, Figures & { readonly part: string; readonly state: string }>>;
}

export const keyOf = (of: { readonly part: string; readonly shipTo: string }): string => `${of.part}/${of.shipTo}`;
