/** `config/gateway.yaml`: the company, the database, the timetable. */
import { validate } from "node-cron";
import { z } from "zod";
import { date, party } from "../documents/fields.ts";

const cron = z
  .string()
  .refine((held) => validate(held), "a cron expression: minute, hour, day, month and weekday, e.g. */5 * * * *")
  .describe("A cron expression in the company's time zone");

export const gateway = z
  .strictObject({
    version: z.literal(1).default(1).describe("Version of this file's format"),
    company: z
      .strictObject({
        name: z.string().min(1).describe("Our name, as ship-from and seller"),
        timeZone: z
          .string()
          .default("UTC")
          .refine((zone) => {
            try {
              return Intl.DateTimeFormat("en", { timeZone: zone }) instanceof Intl.DateTimeFormat;
            } catch {
              return false;
            }
          }, "an IANA time zone such as Europe/Berlin")
          .describe("IANA time zone of the business date, the timetable and the dates in what is written"),
        address: party.prefault({}).describe("Our address, written into ship notices and invoices"),
        code: z
          .string()
          .optional()
          .describe("Our code as supplier or ship-from, written into ship notices and invoices"),
        codeScheme: z.string().default("customer").describe("Who gave the code: customer, supplier, duns, gln"),
      })
      .describe("Who we are"),
    database: z
      .string()
      .default("sqlite:data/calloff.sqlite")
      .describe(
        "sqlite:<path in the home> or postgres://user@host/name; a password comes from CALLOFF_DATABASE_PASSWORD",
      ),
    environment: z
      .enum(["production", "test"])
      .default("production")
      .describe("test takes test and production interchanges alike; production only what a partner's `test` says"),
    timetable: z
      .strictObject({ release: cron.default("*/5 * * * *") })
      .prefault({})
      .describe("When due orders are released"),
    intake: z
      .strictObject({
        quietMilliseconds: z
          .number()
          .int()
          .nonnegative()
          .default(2000)
          .describe("A file must look the same this long before it is taken"),
        scanSeconds: z.number().positive().default(10).describe("Full scan of the inbox, whatever the watcher says"),
        patienceMinutes: z.number().positive().default(60).describe("How long an incomplete file is waited for"),
        largestMegabytes: z
          .number()
          .positive()
          .default(1024)
          .describe("Larger files are left where they lie and reported"),
        doneFile: z
          .string()
          .regex(/^[A-Za-z0-9._-]+$/, "letters, digits, . _ and -")
          .optional()
          .describe("Suffix of a companion file that says the file is complete, e.g. .done"),
      })
      .prefault({})
      .describe("How files are taken from the inbox"),
    workers: z
      .strictObject({
        memoryMegabytes: z.number().int().positive().default(512).describe("Most memory of one reader"),
        secondsPerFile: z.number().positive().default(300).describe("Most time one reading may take"),
      })
      .prefault({})
      .describe("Limits of the workers that read files"),
    secondReader: z
      .enum(["refuse", "warn"])
      .default("refuse")
      .describe("What a difference between what we meant and what x12-parser reads back does"),
    shipping: z
      .strictObject({
        workingDays: z
          .array(z.number().int().min(1).max(7))
          .min(1)
          .default([1, 2, 3, 4, 5, 6, 7])
          .describe("ISO weekdays, 1 is Monday"),
        holidays: z.array(date).default([]).describe("Days on which nothing is shipped"),
      })
      .prefault({})
      .describe("Our shipping days"),
    logLevel: z.enum(["error", "warn", "info", "debug"]).default("info").describe("Least severe line that is logged"),
  })
  .describe("The gateway's own settings");

export type Gateway = z.infer<typeof gateway>;
