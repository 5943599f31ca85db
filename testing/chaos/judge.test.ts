/** What the checks of a run must find. */
import { describe, expect, test } from "vitest";
import type { SentCampaign } from "./campaign-traffic.ts";
import { type InjectedFault, underWay } from "./inject-fault.ts";
import { brokenMailPromises, compareMails, type MailClaim, type MailRow } from "./mail-records.ts";
import { compare, type Row, untimely, wrongCampaigns } from "./records.ts";
import type { RelayedMail } from "./relay.ts";
import type { ClientLog } from "./traffic.ts";
import type { WatchedJournal } from "./watch.ts";

const number = "+4791000001";
const row = (overrides: Partial<Row>): Row => ({
  id: "text",
  status: "delivered",
  class: "transactional",
  reason: null,
  segments: 1,
  source_type: "api",
  source_id: null,
  number,
  text: "Hei",
  submitted: true,
  sent: true,
  ...overrides,
});
const taken = (times: number) => ({ taken: new Map([[`${number} Hei`, times]]), pieces: [], mute: new Set<string>() });
const smpp = { can_look_up: false, refusing: new Set<string>() };
const once = new Map([["text", 1]]);

describe("a text that arrived twice", () => {
  test("is doubled if the ledger does not call it uncertain, even if a fault interrupted it", () => {
    expect(compare([row({})], taken(2), smpp, once).doubled).toHaveLength(1);
    expect(compare([row({ reason: "uncertain" })], taken(2), smpp, once)).toMatchObject({
      doubled: [],
      unexplained: [],
      sent_again: { once: 0, twice: 1 },
    });
  });
  test("is doubled if the carrier can look it up, or no fault interrupted it, whatever the ledger says", () => {
    const uncertain = row({ reason: "uncertain" });
    expect(compare([uncertain], taken(2), { ...smpp, can_look_up: true }, once)).toMatchObject({
      doubled: [uncertain],
      unexplained: [uncertain],
    });
    expect(compare([uncertain], taken(2), smpp, new Map())).toMatchObject({
      doubled: [uncertain],
      unexplained: [uncertain],
    });
  });
  test("may arrive once more for each batch that a fault interrupted, and no more often", () => {
    const uncertain = row({ reason: "uncertain" });
    expect(compare([uncertain], taken(3), smpp, once).doubled).toHaveLength(1);
    expect(compare([uncertain], taken(3), smpp, new Map([["text", 2]])).doubled).toHaveLength(0);
  });
  test("is doubled if it is marketing", () => {
    const uncertain = row({ class: "marketing", status: "failed", reason: "uncertain", sent: false });
    expect(compare([uncertain], taken(2), smpp, once).doubled).toHaveLength(1);
  });
});

test("a transactional text that the carrier does not have is lost, unless it refuses the number", () => {
  const given_up = row({ status: "failed", reason: "uncertain", sent: false });
  const nothing = { taken: new Map<string, number>(), pieces: [], mute: new Set<string>() };
  expect(compare([given_up], nothing, smpp, once).lost).toEqual([given_up]);
  expect(compare([given_up], nothing, { ...smpp, refusing: new Set([number]) }, once)).toMatchObject({
    lost: [],
    stopped: [],
  });
});

test("part of a long text is allowed only if the ledger calls the whole text uncertain", () => {
  const piece = { taken: new Map<string, number>(), pieces: [{ number, text: "He" }], mute: new Set<string>() };
  expect(compare([row({ status: "failed", reason: "expired" })], piece, smpp, once).doubled).toHaveLength(1);
  expect(compare([row({ reason: "uncertain" })], piece, smpp, once).doubled).toHaveLength(0);
});

test("a surplus part is reported for the text that it most likely belongs to, not for another with the same words", () => {
  const piece = { taken: new Map([[`${number} Hei`, 1]]), pieces: [{ number, text: "He" }], mute: new Set<string>() };
  const other = row({ id: "other", text: "Hele" });
  const uncertain = row({ reason: "uncertain" });
  expect(compare([other, uncertain], piece, smpp, new Map()).doubled).toEqual([uncertain]);
  const hit = row({ id: "hit" });
  expect(compare([other, hit], piece, smpp, new Map([["hit", 1]])).doubled).toEqual([hit]);
  expect(compare([other, hit, uncertain], piece, smpp, new Map([["hit", 1]])).doubled).toEqual([uncertain]);
});

describe("a batch that was under way", () => {
  const journal: WatchedJournal = {
    carrier_id: "c",
    holder: "worker 1",
    session: 17,
    begun: 1_000,
    recorded: 2_000,
    closed: 2_000,
    texts: ["text"],
  };
  const fault = (overrides: Partial<InjectedFault>): InjectedFault => ({
    kind: "worker",
    victim: "worker 1",
    from: 1_500,
    to: 1_501,
    ...overrides,
  });
  test("was interrupted by the death of the worker that sent it, and of no other", () => {
    expect(underWay([fault({})], [journal], 5_000)).toEqual(new Map([["text", 1]]));
    expect(underWay([fault({ victim: "worker 2" })], [journal], 5_000).size).toBe(0);
    expect(underWay([fault({ kind: "api", victim: "api 1" })], [journal], 5_000).size).toBe(0);
  });
  test("was interrupted by the database only if it was under way then, over a session that ended with it", () => {
    const database = fault({ kind: "database", victim: null, sessions: new Set([17, 18]) });
    expect(underWay([database], [journal], 5_000).size).toBe(1);
    // The worker had lost its session, and with it its lane, earlier.
    expect(underWay([database], [{ ...journal, session: 19 }], 5_000).size).toBe(0);
    // It began after the fault, or was recorded before it.
    expect(underWay([database], [{ ...journal, begun: 1_600 }], 5_000).size).toBe(0);
    expect(underWay([database], [{ ...journal, recorded: 1_400 }], 5_000).size).toBe(0);
    // A regular stop of the database ends all sessions.
    expect(underWay([{ ...database, sessions: null }], [journal], 5_000).size).toBe(1);
  });
  test("was not interrupted by a fault after its record, even if the look-up of some of its texts was still open", () => {
    const looking = { ...journal, recorded: 1_400, closed: 9_000 };
    for (const kind of ["worker", "network"] as const)
      expect(underWay([fault({ kind, victim: kind === "worker" ? "worker 1" : null })], [looking], 5_000).size).toBe(0);
  });
  test("was interrupted by the database whichever worker sent it, and by the network only on the way to a carrier", () => {
    expect(underWay([fault({ kind: "database", victim: null })], [journal], 5_000).size).toBe(1);
    expect(underWay([fault({ kind: "network", victim: null })], [journal], 5_000).size).toBe(1);
    const here = { ...journal, carrier_id: null };
    expect(underWay([fault({ kind: "network", victim: null })], [here], 5_000).size).toBe(0);
  });
});

describe("a campaign's rows against its list", () => {
  const tenant = {
    listed: (list: number) => [list * 2, list * 2 + 1],
    numberOf: (contact: number) => `+47910000${contact}`,
    nameOf: (contact: number) => `Navn${contact}`,
    isAhead: (contact: number) => contact === 0,
  };
  const sent: SentCampaign = {
    id: "campaign",
    way: "send",
    list: 0,
    text: ": Hei",
    closed: [],
    local: null,
    cancelled: false,
  };
  const clientLog: ClientLog = { texts: new Map(), campaigns: [sent], retries: 0 };
  const to = (contact: number, overrides: Partial<Row> = {}) =>
    row({
      id: `text ${contact}`,
      source_type: "campaign",
      source_id: "campaign",
      number: tenant.numberOf(contact),
      text: `Navn${contact}: Hei`,
      ...overrides,
    });
  test("are right if every contact on it has the text once, with their own name", () => {
    expect(wrongCampaigns([to(0), to(1)], tenant, clientLog)).toEqual([]);
  });
  test.each([
    ["missing", [to(0)], "campaign has no text to +479100001"],
    ["twice", [to(0), to(1), to(1)], "campaign has two texts to +479100001"],
    ["not on the list", [to(0), to(1), to(2)], "campaign has a text to +479100002, who is not on its list"],
    ["another's name", [to(0), to(1, { text: "Navn0: Hei" })], "campaign says to +479100001: Navn0: Hei"],
    ["another campaign", [to(0), to(1), to(1, { source_id: "x" })], "1 texts are of campaign x, which was not sent"],
  ])("are wrong: %s", (_what, rows, wrong) => {
    expect(wrongCampaigns(rows, tenant, clientLog)).toContain(wrong);
  });

  test("of a cancelled one some may be missing, and only its texts may be cancelled", () => {
    const cancelled = { ...clientLog, campaigns: [{ ...sent, cancelled: true }] };
    const row = to(0, { status: "cancelled", submitted: false, sent: false });
    expect(wrongCampaigns([row], tenant, cancelled)).toEqual([]);
    expect(wrongCampaigns([row, to(1)], tenant, clientLog)).toEqual([
      "campaign was not cancelled, and its text to +479100000 was",
    ]);
    const nothing = { taken: new Map<string, number>(), pieces: [] };
    expect(compare([row], nothing, smpp, new Map())).toMatchObject({ lost: [], stopped: [], denied: [] });
    const taken = new Map([["+479100000 Navn0: Hei", 1]]);
    expect(compare([row], { taken, pieces: [] }, smpp, new Map()).denied).toEqual([row]);
  });

  const at = (moment: number, contact = 0) => ({
    at: new Map([[`+4791${"0".repeat(4)}${contact} Navn${contact}: Hei`, [moment]]]),
  });
  const during = (closed: SentCampaign["closed"], local: number | null = null) => ({
    campaigns: [{ ...sent, closed, local }],
  });
  const never = () => false;

  test("are untimely while it is closed, not at its edges", () => {
    const paused = during([{ from: 100, to: 200 }]);
    for (const [moment, times] of [
      [100, 0],
      [101, 1],
      [199, 1],
      [200, 0],
    ] as const)
      expect(untimely(tenant, paused, at(moment), never)).toHaveLength(times);
  });
  test("may be untimely by what was under way at a fault, but not before the campaign's moment", () => {
    const cancelled = during([{ from: 100, to: Number.POSITIVE_INFINITY }]);
    expect(untimely(tenant, cancelled, at(4_000), () => true)).toEqual([]);
    expect(untimely(tenant, cancelled, at(6_000), () => true)).toHaveLength(1);
    expect(untimely(tenant, during([{ from: 0, to: 200 }]), at(199), () => true)).toHaveLength(1);
  });
  test("at a time of each recipient have a moment for those whose clocks are not ahead", () => {
    expect(untimely(tenant, during([], 200), at(100, 1), never)).toHaveLength(1);
    expect(untimely(tenant, during([], 200), at(100, 0), never)).toEqual([]);
  });
});

describe("a mail", () => {
  const mail: MailRow = {
    id: "mail",
    message_id: "m-1@localhost",
    status: "sent",
    reason: null,
    source_type: "test_mail",
    recipient: "person1@example.com",
  };
  const copy = (at: number, overrides: Partial<RelayedMail> = {}): RelayedMail => ({
    message_id: "m-1@localhost",
    to: mail.recipient,
    at,
    answered: true,
    ...overrides,
  });
  const claims: MailClaim[] = [{ mail_id: "mail", holder: "worker 1", claimed: 900 }];
  const death = (victim: string, at: number): InjectedFault => ({ kind: "worker", victim, from: at, to: at });
  const holds = { lost: [], doubled: [], wrong: [], unknown: [], excessive: [] };

  test("is at the relay once, or lost", () => {
    expect(compareMails([mail], [copy(1_000)], claims, [])).toMatchObject(holds);
    expect(compareMails([mail], [], claims, []).lost).toEqual([mail]);
    expect(compareMails([mail], [copy(1_000, { message_id: "other" })], claims, []).unknown).toHaveLength(1);
  });
  test("may be there twice if the relay's answer to the first was lost", () => {
    const [first, second] = [copy(1_000, { answered: false }), copy(2_000)];
    expect(compareMails([mail], [first, second], claims, [])).toMatchObject({
      ...holds,
      again: { unanswered: 1, killed: 0 },
    });
    expect(compareMails([mail], [first, second, copy(3_000)], claims, []).doubled).toEqual([mail]);
  });
  test("may be there twice if the process that had submitted it was killed before the next copy, and no other", () => {
    const copies = [copy(1_000), copy(5_000)];
    expect(compareMails([mail], copies, claims, [death("worker 1", 1_100)])).toMatchObject({
      ...holds,
      again: { unanswered: 0, killed: 1 },
    });
    for (const faults of [[], [death("worker 2", 1_100)], [death("worker 1", 890)], [death("worker 1", 5_001)]])
      expect(compareMails([mail], copies, claims, faults).doubled).toEqual([mail]);
  });
  test("is doubled by a death only with as many others as may be unrecorded", () => {
    const many = Array.from({ length: 81 }, (_, i) => ({ ...mail, id: `${i}`, message_id: `${i}` }));
    const copies = many.flatMap(({ message_id }) => [1_000, 5_000].map((at) => copy(at, { message_id })));
    const claimed = many.map(({ id }) => ({ mail_id: id, holder: "worker 1", claimed: 900 }));
    expect(compareMails(many, copies, claimed, [death("worker 1", 1_100)])).toMatchObject({
      doubled: [],
      excessive: ["a death of worker 1 doubled 81 mails"],
    });
  });
  test("ends as the relay and the return path say; one of an alert may be over before", () => {
    const refused = { ...mail, recipient: "refused1@example.com", status: "failed", reason: "unknown_address" };
    expect(compareMails([refused], [], claims, [])).toMatchObject(holds);
    expect(compareMails([refused], [copy(1_000)], claims, []).unknown).toHaveLength(1);
    const bounced = { ...mail, recipient: "bouncing1@example.com" };
    expect(compareMails([bounced], [copy(1_000)], claims, []).wrong).toEqual([bounced]);
    expect(compareMails([{ ...bounced, status: "bounced" }], [copy(1_000)], claims, [])).toMatchObject(holds);
    const stopped = { ...mail, status: "skipped", reason: "source_stopped" };
    expect(compareMails([{ ...stopped, source_type: "alert" }], [], claims, [])).toMatchObject(holds);
    expect(compareMails([stopped], [], claims, []).wrong).toEqual([stopped]);
  });
  test("that the client was promised is in the ledger", () => {
    const log = { queued: ["mail", "other"], promised: [mail.recipient, "nobody@example.com"] };
    expect(brokenMailPromises([mail], log)).toEqual([
      "mail other is not in the ledger",
      "there is no mail to nobody@example.com",
    ]);
  });
});
