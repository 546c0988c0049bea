/** The settings a new home begins with. Everything that is commented out stands at its default. */

export const GATEWAY_YAML = `# yaml-language-server: $schema=schema/gateway.json
# The gateway's own settings. What is commented out stands at its default.
version: 1

company:
  name: Widget Works
  # Business dates are days of this zone.
  timeZone: Europe/Berlin
  # Our code as supplier or ship-from, written into ship notices and invoices.
  code: WIDGETS
  address:
    name: Widget Works GmbH
    street: Werkstrasse 1
    city: Stuttgart
    postcode: "70173"
    country: DE

# sqlite:<path in the home>, or postgres://user@host/name with the password in CALLOFF_DATABASE_PASSWORD.
# database: sqlite:data/calloff.sqlite

# test: test interchanges are taken, production ones are not.
# environment: production

# Cron expressions in the company's time zone. Jobs do everything that is due, so a missed one costs nothing.
# timetable:
#   release: "*/5 * * * *"

# intake:
#   quietMilliseconds: 2000     # a file must look the same this long before it is taken
#   scanSeconds: 10             # full scan of the inbox, whatever the watcher says
#   patienceMinutes: 60         # how long an incomplete file is waited for
#   largestMegabytes: 1024
#   doneFile: .done             # a companion file that says the file is complete

# Files are read in workers with these limits.
# workers:
#   memoryMegabytes: 512
#   secondsPerFile: 300

# Our shipping days, ISO weekdays (1 is Monday); every day unless told.
# shipping:
#   workingDays: [1, 2, 3, 4, 5]
#   holidays: ["2027-12-24"]

# logLevel: info
`;

export const PARTNER_YAML = `# yaml-language-server: $schema=../schema/partner.json
# A trading partner; the file's name is its code. This one is a sample: copy it, then delete it.
version: 1
name: Acme Assembly Corp.

# Senders this partner's folder (inbox/acme) is declared for, and how the partner addresses us.
theirs:
  - { qualifier: ZZ, id: ACME }
ours:
  - { qualifier: ZZ, id: WIDGETS }

# test: false                   # whether this partner sends and gets test interchanges
# lenient: [counts]             # tolerate wrong counts in trailers
# acknowledge: "997"            # X12: 997, 999 or none; ta1: asked, always or never
# contrl: always                # EDIFACT: always, asked, errors or never
# acknowledgedWithin: 240       # minutes until an alarm says that the partner has not acknowledged a file
# applicationAdvice: { mapping: x12/824 }    # tells the partner what is wrong in the business of his messages
# tables: [{ files: "*.csv", mapping: csv/schedule-long }]    # where nothing else comes or goes, theirs and ours may be left out
# us: { code: "20117" }         # how this partner calls us in ship notices and invoices; buyer: how he calls himself
# Messages of any family: x12/856, edifact/desadv, fixed/4913, csv/ship-notice, json/ship-notice; null for none.
# shipNotice: { mapping: x12/856, version: "004010" }
# invoice: { mapping: x12/810, version: "004010" }

# What passes by itself and what a planner is asked: config/policies/standard.yaml.
policy: standard

schedule:
  # One cumulative account per customer part and ship-to.
  account: [customerPart, shipTo]
#  dates: as-stated             # or delivery, shipment
#  cumulatives: as-stated       # or received, shipped

orders:
  # Ship date = delivery date - transit days; order date = ship date - lead days.
  transitDays: 0
  leadDays: 0
  # confirmed: the ERP or a person says what was shipped; automatic: shipped and invoiced when the order is made.
  fulfilment: confirmed
#  grouping: per-date           # or all-due
#  invoice: at-shipment         # or by-hand

shipTos:
  PLANT1:
    name: Acme Plant 1
    street: 1 Assembly Road
    city: Toledo
    region: OH
    postcode: "43604"
    country: US
`;

export const POLICY_YAML = `# yaml-language-server: $schema=../schema/policy.json
# What passes by itself and what a planner is asked.
version: 1
description: Near changes are asked, later ones pass within a tolerance.

# The first schedule of an account: hold or accept.
first: hold

# Days counted from the business date; the last zone has no end. A change passes when any one test named passes;
# without a test every change in that direction is held.
zones:
  - name: frozen
    untilDay: 7
  - name: near
    untilDay: 28
    increase: { percent: "10", days: 3 }
    decrease: { percent: "10", days: 3 }
  - name: far
    increase: any
    decrease: any

# What may become child orders: firm and unmarked demand and backlog; never what is only planned.
# mayRelease:
#   commitments: [firm, immediate]
#   unmarked: true
#   backlog: true
`;

export const HOME_README = `# A home of calloff

    config/gateway.yaml            the company, the database, the timetable
    config/partners/<code>.yaml    one file per trading partner
    config/policies/<name>.yaml    what passes by itself and what a planner is asked
    mappings/<syntax>/<name>.yaml  messages and dialects of your own; the package's are always there
    inbox/<partner>/               partners drop files here; inbox/erp is the ERP's
    outbox/<partner>/, outbox/erp/ what calloff writes; the reader moves or deletes what it has taken
    data/                          the database, the archive, quarantine: calloff's own
    samples/                       files to play the first steps with

First steps, in this folder:

    calloff doctor
    calloff check samples/forecast.edi --partner acme
    cp samples/blanket-order.json inbox/erp/
    calloff run
    cp samples/forecast.edi inbox/acme/
    calloff run
    calloff schedule list --held
    calloff schedule accept 1
    calloff run
    calloff order list
    calloff order ship SO-000001/10
    calloff run
    ls outbox/*
    calloff blanket show BA-000001
    calloff why SO-000001/10

With \`calloff start\` in another terminal the files are taken as they are dropped, and \`calloff run\` is not needed.
`;
