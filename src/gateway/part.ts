/** A part of the daemon that runs by itself: a watcher, the timetable, a poll. */
export interface Part {
  readonly name: string;
  start(): Promise<void>;
  /** Stops for good; nothing of the part happens after the promise is kept. */
  stop(): Promise<void>;
}
