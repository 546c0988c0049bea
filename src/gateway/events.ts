/** What the daemon tells the world while it works: one JSON line per event with `calloff start --events`. */
import { EventEmitter } from "node:events";
import type { ExchangeEventMap, ExchangeEvents } from "../exchange/context.ts";

/** Events of the keeper itself, beside those of the exchange. */
interface KeeperEventMap {
  /** The home is watched; from now on files are taken as they are dropped. */
  ready: { home: string; businessDate: string };
  "order.released": { number: string; blanketOrder: string; partner: string; scheduledOn: string };
  /** A step could not be finished and is tried again; nothing was lost. */
  "step.failed": { step: string; code: string; message: string };
  /** Everything that was waiting has been done. */
  idle: { businessDate: string };
  stopped: { drained: boolean };
}

type Told<Map> = { [Name in keyof Map]: { readonly event: Name } & Map[Name] }[keyof Map];
/** One event with its name, as it is printed. */
export type GatewayEvent = Told<KeeperEventMap> | Told<{ [Name in keyof ExchangeEventMap]: ExchangeEventMap[Name][0] }>;

export type EventListener = (event: GatewayEvent) => void;

/** Every event of the exchange; the compiler holds the list complete. */
const EXCHANGE_EVENTS: Readonly<Record<keyof ExchangeEventMap, true>> = {
  "file.refused": true,
  "file.incomplete": true,
  "file.claimed": true,
  "file.waiting": true,
  "file.grown": true,
  "file.registered": true,
  "file.applied": true,
  "file.quarantined": true,
  "file.duplicate": true,
  "interchange.gap": true,
  "interchange.held": true,
  "acknowledgement.alarm": true,
  "acknowledgement.overdue": true,
  "document.held": true,
  "outbox.rendered": true,
  "outbox.written": true,
  "outbox.uncertain": true,
  "outbox.waiting": true,
  "fault.began": true,
  "fault.ended": true,
  "folder.replaced": true,
};

/** An emitter for the exchange whose every event is handed to `listener` under its name. */
export function exchangeEvents(listener: EventListener): ExchangeEvents {
  const events: ExchangeEvents = new EventEmitter();
  for (const name of Object.keys(EXCHANGE_EVENTS) as (keyof ExchangeEventMap)[]) {
    events.on(name, (about: object) => listener({ event: name, ...about } as GatewayEvent));
  }
  return events;
}
