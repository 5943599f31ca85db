/** Twilio's carrier against the test double: its requests, and the outcome of each answer. */
import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { TwilioSecrets, TwilioSettings } from "../../../contract/carriers.ts";
import { newId } from "../../../testing/new-id.ts";
import { type Behaviour, startTwilio, type TwilioDouble } from "../../../testing/twilio.ts";
import { until } from "../../../testing/until.ts";
import type { Db } from "../../kit/db.ts";
import type { Carrier, OutboundText } from "../carrier.ts";
import { twilioCarrier } from "./twilio.ts";

const workspace_id = newId();
const carrierId = newId();

async function twilioDouble(options: Parameters<typeof startTwilio>[0] = {}): Promise<TwilioDouble> {
  const twilio = await startTwilio(options);
  onTestFinished(() => twilio.close());
  return twilio;
}

function connect(
  twilio: Pick<TwilioDouble, "url" | "account_sid" | "auth_token">,
  options: {
    settings?: object;
    secrets?: object;
    public_url?: string;
    request_timeout?: number;
    now?: () => Date;
  } = {},
): Carrier {
  const settings = TwilioSettings.parse({ account_sid: twilio.account_sid, ...options.settings });
  const secrets = TwilioSecrets.parse({ auth_token: twilio.auth_token, ...options.secrets });
  const timing = { request_timeout: options.request_timeout ?? 2_000 };
  const carrier = twilioCarrier({ api_url: twilio.url, timing })(
    { workspace_id, id: carrierId, name: "twilio", settings, secrets },
    {
      // It keeps no records of its own.
      db: {} as Db,
      clock: { now: options.now ?? (() => new Date()) },
      log: pino({ level: "silent" }),
      public_url: options.public_url ?? "https://sms.example.com",
    },
  );
  onTestFinished(() => carrier.stop());
  return carrier;
}

let texts = 0;
function text(parts: Partial<OutboundText> = {}): OutboundText {
  return {
    workspace_id,
    message_id: newId(),
    from: "+4790000000",
    to: `+4791${String(++texts).padStart(6, "0")}`,
    text: "Hei",
    encoding: "GSM-7",
    segments: 1,
    class: "transactional",
    expires_at: null,
    ...parts,
  };
}

const submit = (carrier: Carrier, batch: OutboundText[]) => carrier.submit(batch, new AbortController().signal);
const noOwners = async () => new Map<string, string>();

describe("requests", () => {
  test("conform to Twilio's OpenAPI document, with all fields that a text can have", async () => {
    const key = `SK${"a".repeat(32)}`;
    const twilio = await twilioDouble({ keys: { [key]: "a key's secret: å" } });
    const service = `MG${"b".repeat(32)}`;
    const now = new Date();
    const plain = connect(twilio, { now: () => now });
    const full = connect(twilio, {
      now: () => now,
      settings: { messaging_service_sid: service, api_key_sid: key },
      secrets: { api_key_secret: "a key's secret: å" },
    });
    const batch = [
      text({ text: "Blåbær & co = 50 % + 1 “rabatt”\nnår? 🎉" }),
      text({ from: "Salong Saks", expires_at: new Date(now.getTime() + 90_500) }),
      text({ from: "2440", text: "x".repeat(1_600), expires_at: new Date(Date.now() + 72 * 3_600_000) }),
      text({ expires_at: new Date(Date.now() + 10) }),
    ];
    for (const carrier of [plain, full]) {
      await carrier.start({ onReceipts: async () => {}, onInbound: async () => {} });
      const outcomes = await submit(carrier, batch);
      expect(outcomes.map(({ kind }) => kind)).toEqual(batch.map(() => "accepted"));
      await carrier.lookup(batch, new Date(Date.now() - 60_000), noOwners);
      await until(() => expect(carrier.state().state).toBe("up"));
    }
    expect(twilio.violations).toEqual([]);
    expect(twilio.requests).toMatchObject({ CreateMessage: 8 });
    const recorded = (sid: string | null) =>
      batch.map(({ to }) => twilio.records.find((each) => each.to === to && each.messaging_service_sid === sid));
    for (const messages of [recorded(null), recorded(service)]) {
      expect(messages.map((each) => [each?.from, each?.body])).toEqual(batch.map((each) => [each.from, each.text]));
      expect(messages.map((each) => each?.validity_period)).toEqual([null, 90, 36_000, 1]);
      for (const [i, each] of messages.entries()) {
        expect(each?.status_callback).toBe(
          `https://sms.example.com/api/v1/carriers/${carrierId}/twilio/status?message=${batch[i]?.message_id}#rc=5&rp=all`,
        );
      }
    }
  });

  test("go under the path of TWILIO_API_URL, and no further than 20 at once", async () => {
    const twilio = await twilioDouble();
    let open = 0;
    let most = 0;
    twilio.onMessage(async () => {
      most = Math.max(most, ++open);
      await new Promise((done) => setImmediate(done));
      open--;
    });
    const carrier = connect(twilio);
    const outcomes = await submit(
      carrier,
      Array.from({ length: 100 }, () => text()),
    );
    expect(outcomes.every(({ kind }) => kind === "accepted")).toBe(true);
    expect(most).toBeLessThanOrEqual(20);
    expect(new Set(twilio.records.map(({ sid }) => sid)).size).toBe(100);
  });

  test("are paced by Twilio's rates for each kind of sender, unless the settings say otherwise", async () => {
    const twilio = await twilioDouble();
    const senders = [
      { kind: "long_number", address: "+4790000000" },
      { kind: "long_number", address: "+12025550100" },
      { kind: "short_code", address: "2440" },
      { kind: "alphanumeric", address: "Salong" },
    ] as const;
    const ratesOf = ({ limits }: Carrier) => senders.map((each) => limits.rateOf?.(each));
    expect(ratesOf(connect(twilio))).toEqual([10, 1, 100, 10]);
    const rates = { long_number: 30, north_american: 75, short_code: null };
    expect(ratesOf(connect(twilio, { settings: { rates } }))).toEqual([30, 75, null, 10]);
  });

  test("a PUBLIC_URL that Twilio cannot reach is not given to it, but a test double on this machine gets it", async () => {
    const twilio = await twilioDouble();
    await submit(connect(twilio, { public_url: "http://localhost:3000" }), [text()]);
    expect(twilio.records[0]?.status_callback).toMatch(/^http:\/\/localhost:3000\/api/);
    const refusing = await twilioDouble();
    refusing.behave((_operation, parameters) =>
      parameters.has("StatusCallback") ? { status: 400, code: 21609 } : null,
    );
    const carrier = connect(refusing);
    const batch = [text(), text()];
    expect((await submit(carrier, batch))[0]).toMatchObject({ kind: "later", after_ms: 0 });
    expect((await submit(carrier, batch)).map(({ kind }) => kind)).toEqual(["accepted", "accepted"]);
    expect(carrier.state().last_error?.message).toMatch(/21609.*PUBLIC_URL/);
  });

  test("a callback that Twilio refused is offered again after ten minutes, and costs no text", async () => {
    const twilio = await twilioDouble();
    const clock = { at: Date.now() };
    const carrier = connect(twilio, { now: () => new Date(clock.at) });
    const some = () => Array.from({ length: 10 }, () => text());
    const callbacks = async () => {
      const taken = twilio.records.length;
      expect((await submit(carrier, some())).map(({ kind }) => kind)).toEqual(some().map(() => "accepted"));
      return new Set(twilio.records.slice(taken).map((each) => each.status_callback !== null));
    };
    expect(await callbacks()).toEqual(new Set([true]));
    twilio.behave((_operation, parameters) => (parameters.has("StatusCallback") ? { status: 400, code: 21609 } : null));
    // All at once, before the refusal is known: each is only delayed.
    const refused = await submit(carrier, some());
    expect(refused.map(({ kind }) => kind)).toEqual(refused.map(() => "later"));
    expect(await callbacks()).toEqual(new Set([false]));
    twilio.behave(() => null);
    clock.at += 9 * 60_000;
    expect(await callbacks()).toEqual(new Set([false]));
    clock.at += 60_000;
    expect(await callbacks()).toEqual(new Set([true]));
  });
});

describe("answers", () => {
  async function outcomeOf(behaviour: Behaviour, request_timeout?: number) {
    const twilio = await twilioDouble();
    twilio.behave((operation) => (operation === "CreateMessage" ? behaviour : null));
    const carrier = connect(twilio, request_timeout === undefined ? {} : { request_timeout });
    const [outcome] = await submit(carrier, [text()]);
    return { outcome, carrier, twilio };
  }

  test.each([
    [21211, "unknown_number", false],
    [21214, "unreachable", false],
    [21408, "blocked", true],
    [21610, "opted_out", false],
    [21612, "unreachable", true],
    [21614, "landline", false],
    [21606, "carrier_violation", true],
    [21659, "carrier_violation", true],
    [21617, "unknown", false],
    [21999, "unknown", true],
  ])("%i refuses the text as %s", async (code, reason, elsewhere) => {
    const { outcome } = await outcomeOf({ status: 400, code });
    expect(outcome).toEqual({ kind: "refused", code: String(code), reason, ...(elsewhere && { elsewhere: true }) });
  });

  test.each<[string, Behaviour, number]>([
    ["429", { status: 429 }, 1_000],
    ["20429", { status: 429, code: 20429, headers: { "retry-after": "3" } }, 3_000],
    ["14107", { status: 400, code: 14107 }, 1_000],
    ["a full queue, 21611", { status: 400, code: 21611 }, 10_000],
  ])(
    "%s: the text is offered again after a while, and the rest of the batch waits for it",
    async (_what, behaviour, wait) => {
      const twilio = await twilioDouble();
      const carrier = connect(twilio);
      await submit(carrier, [text()]);
      twilio.behave(() => behaviour);
      const outcomes = await submit(
        carrier,
        Array.from({ length: 60 }, () => text()),
      );
      for (const outcome of outcomes) expect(outcome.kind).toBe("later");
      for (const outcome of outcomes) expect(outcome).not.toHaveProperty("down");
      expect(Math.max(...outcomes.map((each) => (each.kind === "later" ? each.after_ms : 0)))).toBeGreaterThanOrEqual(
        wait,
      );
      expect(twilio.requests.CreateMessage).toBeLessThanOrEqual(21);
      expect(carrier.state().state).toBe("up");
    },
  );

  test.each(["1e300", "31536000", "Fri, 31 Dec 2099 23:59:59 GMT"])(
    "no answer silences a connection for days: Retry-After %s",
    async (header) => {
      const twilio = await twilioDouble();
      twilio.behave(() => ({ status: 429, code: 20429, headers: { "retry-after": header } }));
      expect(await submit(connect(twilio), [text()])).toEqual([{ kind: "later", after_ms: 600_000 }]);
    },
  );

  test("the longer Twilio is busy, the longer the pauses", async () => {
    let now = 0;
    const twilio = await twilioDouble();
    const settings = TwilioSettings.parse({ account_sid: twilio.account_sid });
    const carrier = twilioCarrier({ api_url: twilio.url })(
      {
        workspace_id,
        id: carrierId,
        name: "twilio",
        settings,
        secrets: { auth_token: twilio.auth_token, api_key_secret: null, shared_key_secret: null },
      },
      { db: {} as Db, clock: { now: () => new Date(now) }, log: pino({ level: "silent" }), public_url: "http://x" },
    );
    onTestFinished(() => carrier.stop());
    twilio.behave(() => ({ status: 429, code: 20429 }));
    const pauses: number[] = [];
    for (let i = 0; i < 7; i++) {
      const [outcome] = await submit(carrier, [text()]);
      const wait = outcome?.kind === "later" ? outcome.after_ms : -1;
      pauses.push(wait);
      now += wait;
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  test.each<[string, Behaviour]>([
    ["wrong credentials", { status: 401, code: 20003 }],
    ["a suspended account", { status: 403, code: 20005 }],
    ["an account that is not there", { status: 404, code: 20404 }],
    ["a page of some proxy", { status: 302, body: "moved" }],
  ])("%s: no text is lost, and the carrier is down with the reason", async (_what, behaviour) => {
    const { outcome, carrier } = await outcomeOf(behaviour);
    expect(outcome).toMatchObject({ kind: "later", down: true });
    expect(carrier.state()).toMatchObject({ state: "down", last_error: { message: expect.stringMatching(/.+/) } });
  });

  test("stopped while texts are under way: those are answered, the rest is offered later, and none is unknown", async () => {
    const twilio = await twilioDouble();
    const held = Promise.withResolvers<void>();
    const carrier = connect(twilio);
    await submit(carrier, [text()]);
    twilio.onMessage(() => held.promise);
    const batches = [1, 2].map(() =>
      submit(
        carrier,
        Array.from({ length: 30 }, () => text()),
      ),
    );
    await until(() => expect(twilio.requests.CreateMessage).toBe(21));
    const stopped = carrier.stop();
    held.resolve();
    const outcomes = (await Promise.all(batches)).flat();
    await stopped;
    const count = (kind: string) => outcomes.filter((each) => each.kind === kind).length;
    expect([count("accepted"), count("later"), count("unknown")]).toEqual([20, 40, 0]);
    expect(twilio.requests.CreateMessage).toBe(21);
  });

  test("an unreachable server: certainly not sent", async () => {
    const twilio = await startTwilio();
    await twilio.close();
    const carrier = connect(twilio);
    expect(await submit(carrier, [text()])).toMatchObject([{ kind: "later", down: true }]);
    expect(carrier.state().state).toBe("down");
  });

  test.each<[string, Behaviour, number?]>([
    ["a connection that breaks", "reset"],
    ["a connection that breaks after the text was taken", "take-and-reset"],
    ["no answer at all", "hang", 200],
    ["500", { status: 500, code: 20500 }],
    ["503", { status: 503 }],
    ["a success without a SID", { status: 201, body: "[]" }],
  ])("%s leaves it unknown", async (_what, behaviour, request_timeout) => {
    expect((await outcomeOf(behaviour, request_timeout)).outcome).toEqual({ kind: "unknown" });
  });

  test("example answers that share one SID are accepted", async () => {
    const body = { sid: `SM${"a".repeat(32)}`, status: "queued" };
    expect((await outcomeOf({ status: 201, body })).outcome).toEqual({
      kind: "accepted",
      carrier_reference: body.sid,
    });
  });
});

describe("lookup", () => {
  const since = () => new Date(Date.now() - 60_000);

  test("finds accepted texts and no others, with their receipts", async () => {
    const twilio = await twilioDouble();
    const carrier = connect(twilio);
    const [taken, delivered, failed, missing, elsewhere] = Array.from({ length: 5 }, () => text());
    await submit(carrier, [taken, delivered, failed] as OutboundText[]);
    await submit(carrier, [text({ to: (elsewhere as OutboundText).to, from: "+4790000001" })]);
    const [, second, third] = twilio.records;
    Object.assign(second as object, { status: "delivered" });
    Object.assign(third as object, { status: "undelivered", error_code: 30003 });
    const all = [taken, delivered, failed, missing, elsewhere] as OutboundText[];
    const found = await carrier.lookup(all, since(), noOwners);
    expect([...found.keys()].sort()).toEqual(
      all
        .slice(0, 3)
        .map((each) => each.message_id)
        .sort(),
    );
    expect(found.get(all[0]?.message_id ?? "")).toEqual({ carrier_reference: twilio.records[0]?.sid, receipt: null });
    expect(found.get(all[1]?.message_id ?? "")?.receipt).toMatchObject({ status: "delivered", code: null });
    expect(found.get(all[2]?.message_id ?? "")?.receipt).toMatchObject({
      status: "undelivered",
      code: "30003",
      reason: "unreachable",
    });
  });

  test("equal texts to one number are told apart by counting, and by those whose SID is known", async () => {
    const twilio = await twilioDouble();
    const carrier = connect(twilio);
    const same = Array.from({ length: 4 }, () => text({ to: "+4799999999", text: "Koden er klar" }));
    const earlier = text({ to: "+4799999999", text: "Koden er klar" });
    await submit(carrier, [earlier, ...same.slice(0, 2)]);
    const owned = new Map([[twilio.records[0]?.sid ?? "", earlier.message_id]]);
    const found = await carrier.lookup(same, since(), async () => owned);
    expect(found.size).toBe(2);
    const references = [...found.values()].map((each) => each?.carrier_reference);
    expect(new Set(references)).toEqual(new Set(twilio.records.slice(1).map(({ sid }) => sid)));
  });

  test("a thousand texts to one number are found by their words, each read a few times, not a thousand times", async () => {
    const twilio = await twilioDouble();
    const carrier = connect(twilio);
    const to = "+4799999998";
    let read = 0;
    const counted = (words: string): OutboundText =>
      Object.defineProperty(text({ to }), "text", { get: () => (read++, words), enumerable: true });
    // Unchanged, behind a trial account's sentence, and rewritten.
    const wanted = Array.from({ length: 900 }, (_, i) => counted(`Kode “${i}” er klar`));
    const missing = Array.from({ length: 100 }, (_, i) => counted(`Aldri ${i}`));
    const now = new Date();
    const bodies = wanted.map(({ text: words }, i) =>
      i % 3 === 0
        ? words
        : i % 3 === 1
          ? `Sent from your Twilio trial account - ${words}`
          : words.replaceAll(/[“”]/g, '"'),
    );
    for (const [i, body] of bodies.toReversed().entries())
      twilio.records.push({
        sid: `SM${String(i).padStart(32, "0")}`,
        to,
        from: "+4790000000",
        body,
        status: "sent",
        date_created: now,
        date_updated: now,
        date_sent: now,
        error_code: null,
        messaging_service_sid: null,
        status_callback: null,
        validity_period: null,
      });
    read = 0;
    const found = await carrier.lookup([...missing, ...wanted], since(), noOwners);
    expect(read).toBeLessThan(30 * 1_000);
    expect(found.size).toBe(900);
    for (const [i, { message_id }] of wanted.entries())
      expect(found.get(message_id)?.carrier_reference).toBe(`SM${String(899 - i).padStart(32, "0")}`);
  });

  test("of two texts that a record ends with it is the longer", async () => {
    const twilio = await twilioDouble();
    const carrier = connect(twilio);
    const to = "+4799999997";
    const [short, long] = [text({ to, text: "klar" }), text({ to, text: "Bilen er klar" })];
    await submit(carrier, [text({ to, text: "Sent from your Twilio trial account - Bilen er klar" })]);
    const found = await carrier.lookup([short, long], since(), noOwners);
    expect([...found.keys()]).toEqual([long.message_id]);
  });

  test("reads all pages, and stops at one of only old texts", async () => {
    const twilio = await twilioDouble();
    const carrier = connect(twilio);
    const old = new Date(Date.now() - 90 * 24 * 3_600_000);
    const book = (body: string, at: Date, i: number) => ({
      sid: `SM${String(i).padStart(32, "0")}`,
      to: "+4798888888",
      from: "+4790000000",
      body,
      status: "sent",
      date_created: at,
      date_updated: at,
      date_sent: null,
      error_code: null,
      messaging_service_sid: null,
      status_callback: null,
      validity_period: null,
    });
    for (let i = 0; i < 30_000; i++) twilio.records.push(book("gammelt", old, i));
    const wanted = text({ to: "+4798888888", text: "nytt" });
    twilio.records.push(book("nytt", new Date(), 30_000));
    for (let i = 1; i <= 1_500; i++) twilio.records.push(book("annet", new Date(), 30_000 + i));
    const found = await carrier.lookup([wanted, text({ to: "+4798888888", text: "aldri" })], since(), noOwners);
    expect([...found]).toMatchObject([[wanted.message_id, { carrier_reference: `SM${"30000".padStart(32, "0")}` }]]);
    expect(twilio.requests.ListMessage).toBeLessThan(8);
    expect(twilio.violations).toEqual([]);
  });

  test("cannot tell where Twilio redacts texts, and fails where Twilio does not answer", async () => {
    const twilio = await twilioDouble();
    const carrier = connect(twilio);
    const wanted = text();
    await submit(carrier, [wanted]);
    Object.assign(twilio.records[0] as object, { body: "" });
    expect([...(await carrier.lookup([wanted], since(), noOwners))]).toEqual([[wanted.message_id, null]]);
    twilio.behave(() => ({ status: 500 }));
    await expect(carrier.lookup([wanted], since(), noOwners)).rejects.toThrow(/does not list/);
  });
});
