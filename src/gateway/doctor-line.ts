/** What the doctor says about one thing it looked at. */
export type Health = "ok" | "warn" | "fail";

export interface DoctorLine {
  /** What was looked at; one word or two, the same in every version. */
  readonly subject: string;
  readonly health: Health;
  readonly message: string;
  readonly remedy?: string;
}
