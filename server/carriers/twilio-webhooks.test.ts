/** Twilio's webhooks through the HTTP server, each signed by the stand-in. */
import { createHmac } from "node:crypto";
import pg from "pg";
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { testApp } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { seeded } from "../../testing/random.ts";
import { ledger, send } from "../../testing/road.ts";
import { runs } from "../../testing/runs.ts";
import { addTwilio, callBack } from "../../testing/twilio-connection.ts";
import { type Callback, signedForm, signedJson } from "../../testing/twilio.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import { newId } from "../kit/id.ts";
import { changeCarrier } from "./carriers.ts";
import { readSigned } from "./twilio-signature.ts";
import { readInbound, readStatus } from "./twilio-webhooks.ts";

const database = await testDatabase({ max: 8 });
const { db } = database;
const publicUrl = "https://sms.example.com";
const { app, services } = await testApp(database, {
  config: { public_url: publicUrl, link_domain: "texts.example.org", trusted_proxies: ["127.0.0.0/8", "10.0.0.0/24"] },
});
const superuser = new pg.Client({ connectionString: database.superuser });
await superuser.connect();
afterAll(() => superuser.end());

const account_sid = `AC${"1".repeat(32)}`;
let token: string;
let tokens = 0;
let workspace: TestWorkspace;
let carrier: string;
beforeEach(async () => {
  token = `token ${++tokens}`;
  workspace = await createTestWorkspace(db);
  carrier = await addTwilio(db, services.seal, workspace.id, { account_sid, auth_token: token });
});

const hook = (kind: "status" | "inbound", of = carrier) => `${publicUrl}/api/v1/carriers/${of}/twilio/${kind}`;
const statusUrl = (message: string) => `${hook("status")}?message=${message}#rc=5&rp=all`;
const sid = (n: number | string) => `SM${String(n).padStart(32, "0")}`;

const status = (message: string, MessageStatus: string, more: Record<string, string> = {}) =>
  signedForm(token, statusUrl(message), {
    AccountSid: account_sid,
    MessageSid: sid(1),
    SmsSid: sid(1),
    From: "+4790000000",
    To: "+4791000001",
    ApiVersion: "2010-04-01",
    MessageStatus,
    SmsStatus: MessageStatus,
    ...more,
  });

const inbound = (n: number | string, Body: string, more: Record<string, string | string[]> = {}) =>
  signedForm(token, hook("inbound"), {
    AccountSid: account_sid,
    MessageSid: sid(n),
    SmsMessageSid: sid(n),
    From: "+4791000001",
    To: workspace.sender.address,
    Body,
    NumMedia: "0",
    NumSegments: "1",
    ...more,
  });

async function queued(): Promise<string> {
  const { messages } = await send(db, workspace, { recipients: { numbers: [{ number: "+4791000001" }] } });
  return messages[0]?.id as string;
}

async function message(id: string) {
  return (await ledger(db, workspace.id)).find((row) => row.id === id);
}

/** Everything that a webhook could write. */
async function everything(): Promise<string> {
  const { rows } = await superuser.query(`
    select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as digest from (
      select m::text as t from messages m union all select i::text from inbound_seen i
      union all select o::text from opt_outs o union all select c::text from message_counts c) all_rows (t)`);
  return rows[0].digest;
}

describe("receipts", () => {
  test.each([
    ["delivered", {}, "delivered", null, null],
    ["read", {}, "delivered", null, null],
    ["undelivered", { ErrorCode: "30003" }, "undelivered", "unreachable", "30003"],
    ["undelivered", { ErrorCode: "30034" }, "undelivered", "carrier_violation", "30034"],
    ["failed", { ErrorCode: "30007" }, "failed", "spam_filtered", "30007"],
    ["failed", { ErrorCode: "30036" }, "expired", "expired", "30036"],
    ["failed", { ErrorCode: "39999" }, "failed", "unknown", "39999"],
    ["failed", {}, "failed", "unknown", null],
    ["canceled", {}, "failed", "unknown", null],
  ])("%s %o ends as %s", async (said, more, ended, reason, code) => {
    const id = await queued();
    expect(await callBack(app, status(id, said, more as Record<string, string>))).toMatchObject({
      status: 204,
      body: "",
    });
    expect(await message(id)).toMatchObject({ status: ended, reason, carrier_error: code, carrier_reference: sid(1) });
  });

  test.each([
    "accepted",
    "scheduled",
    "queued",
    "sending",
    "sent",
    "partially_delivered",
    "receiving",
    "received",
    "",
    "news",
  ])("%s is taken and ends nothing", async (said) => {
    const id = await queued();
    const before = await everything();
    expect((await callBack(app, status(id, said))).status).toBe(204);
    expect(await everything()).toBe(before);
  });

  test("in any order and twice: the first that ends a text is its end, also before its hand-over was recorded", async () => {
    const id = await queued();
    for (const said of ["sent", "delivered", "queued", "sending", "failed", "delivered", "undelivered"])
      expect((await callBack(app, status(id, said))).status).toBe(204);
    expect(await message(id)).toMatchObject({ status: "delivered", sent_at: null, carrier_reference: sid(1) });
    const { rows } = await superuser.query("select status, n from message_counts where workspace_id = $1 order by 1", [
      workspace.id,
    ]);
    expect(rows).toEqual([
      { status: "delivered", n: 1 },
      { status: "queued", n: 1 },
    ]);
  });

  test("of no text of ours, or without saying of which: taken, so that it is not sent again", async () => {
    const before = await everything();
    for (const url of [statusUrl(newId()), statusUrl("nonsense"), hook("status")])
      expect((await callBack(app, signedForm(token, url, { MessageStatus: "delivered" }))).status).toBe(204);
    expect(await everything()).toBe(before);
  });

  test("of another workspace's text changes nothing", async () => {
    const id = await queued();
    const theirs = await createTestWorkspace(db);
    const theirCarrier = await addTwilio(db, services.seal, theirs.id, { account_sid, auth_token: "theirs" });
    const url = `${hook("status", theirCarrier)}?message=${id}`;
    const before = await everything();
    expect((await callBack(app, signedForm("theirs", url, { MessageStatus: "delivered" }))).status).toBe(204);
    expect(await everything()).toBe(before);
  });

  test("still counts when its connection has been switched off meanwhile", async () => {
    const id = await queued();
    await db.inWorkspace(workspace.id, (tx) =>
      changeCarrier(tx, services.seal, workspace.id, carrier, { enabled: false }),
    );
    expect((await callBack(app, status(id, "delivered"))).status).toBe(204);
    expect(await message(id)).toMatchObject({ status: "delivered" });
  });
});

describe("signatures", () => {
  const forged: [string, (good: Callback) => Callback | Promise<Callback>][] = [
    ["none", ({ url, body, headers }) => ({ url, body, headers: { "content-type": headers["content-type"] ?? "" } })],
    ["empty", (good) => ({ ...good, headers: { ...good.headers, "x-twilio-signature": "" } })],
    ["of another token", ({ url, body }) => signedForm("another", url, Object.fromEntries(new URLSearchParams(body)))],
    ["of another body", (good) => ({ ...good, body: good.body.replace("delivered", "failed").replace("Hei", "STOP") })],
    [
      "of another query",
      (good) => ({ ...good, url: good.url.replace("#", "&x=1#").replace(/inbound$/, "inbound?x=1") }),
    ],
    [
      "of a form that is not sent as one",
      (good) => ({ ...good, headers: { ...good.headers, "content-type": "text/plain" } }),
    ],
    ["of a connection that is not there", (good) => ({ ...good, url: good.url.replace(carrier, newId()) })],
    [
      "of a connection that is no id",
      (good) => ({ ...good, url: good.url.replace(carrier, "'; drop table carriers") }),
    ],
    [
      "of a connection of another workspace",
      async (good) => {
        const theirs = await createTestWorkspace(db);
        const theirCarrier = await addTwilio(db, services.seal, theirs.id, { account_sid, auth_token: "theirs" });
        return { ...good, url: good.url.replace(carrier, theirCarrier) };
      },
    ],
  ];

  test.each(forged)("%s: 403, all alike, and nothing is written", async (_what, forge) => {
    const id = await queued();
    for (const good of [status(id, "delivered"), inbound(1, "Hei")]) {
      const bad = await forge(good);
      const before = await everything();
      const answer = await callBack(app, bad);
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.body)).toEqual({
        error: {
          code: "wrong_signature",
          message: "This request is not signed by the carrier that it names.",
          field: "X-Twilio-Signature",
        },
      });
      expect(await everything()).toBe(before);
    }
  });

  test("behind a proxy, by the name and scheme that it passes on, but not by what a stranger claims", async () => {
    const forwarded = { "x-forwarded-proto": "https", "x-forwarded-host": "texts.example.org" };
    const at = (host: string, id: string) =>
      signedForm(token, statusUrl(id).replace("sms.example.com", host), {
        MessageStatus: "delivered",
        MessageSid: sid(2),
      });
    const options = { host: "10.0.0.7:3000", headers: forwarded };
    const stranger = { host: "sms.example.com", headers: forwarded, ip: "203.0.113.9" };
    const [one, two] = [await queued(), await queued()];
    expect(await callBack(app, at("texts.example.org", one), { ...options, ip: "10.0.0.1" })).toMatchObject({
      status: 204,
    });
    expect(await callBack(app, at("texts.example.org", two), stranger)).toMatchObject({ status: 403 });
    expect(await callBack(app, at("sms.example.com", two), stranger)).toMatchObject({ status: 204 });
    const ported = at("sms.example.com:443", await queued());
    expect(
      await callBack(app, { ...ported, url: ported.url.replace(":443", "") }, { ...options, ip: "10.0.0.1" }),
    ).toMatchObject({
      status: 204,
    });
  });

  test("JSON, signed by its hash", async () => {
    const id = await queued();
    const good = signedJson(token, statusUrl(id).split("#")[0] ?? "", {
      MessageStatus: "delivered",
      MessageSid: sid(3),
    });
    expect((await callBack(app, { ...good, body: good.body.replace("delivered", "failed   ") })).status).toBe(403);
    expect((await callBack(app, good)).status).toBe(204);
    expect(await message(id)).toMatchObject({ status: "delivered", carrier_reference: sid(3) });
  });

  test("by a shared key of a webhook rule, HMAC-SHA256, beside the token; both keys while one replaces the other", async () => {
    const settings = { "x-twilio-webhooks-signature-settings": "key=webhooks_key_1,algorithm=HMAC_SHA256" };
    const byKey = (secret: string, id: string) => {
      const good = status(id, "delivered");
      const text = [...new URLSearchParams(good.body)]
        .sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1))
        .flat()
        .join("");
      const url = good.url.split("#")[0] as string;
      const signature = createHmac("sha256", secret)
        .update(url + text)
        .digest("base64");
      return { ...good, headers: { ...good.headers, ...settings, "x-twilio-signature": signature } };
    };
    const ids = [await queued(), await queued(), await queued()] as const;
    expect((await callBack(app, byKey("old", ids[0]))).status).toBe(403);
    await db.inWorkspace(workspace.id, (tx) =>
      changeCarrier(tx, services.seal, workspace.id, carrier, { secrets: { shared_key_secret: "old new" } }),
    );
    expect((await callBack(app, byKey("old", ids[0]))).status).toBe(204);
    expect((await callBack(app, byKey("new", ids[1]))).status).toBe(204);
    expect((await callBack(app, byKey("old new", ids[2]))).status).toBe(403);
    expect((await callBack(app, status(ids[2], "delivered"))).status).toBe(204);
    for (const id of ids) expect(await message(id)).toMatchObject({ status: "delivered" });
  });

  test("a flood of wrong ones is told to wait and costs no look-up; right ones pass from the same address", async () => {
    const id = await queued();
    const flood = { ip: "203.0.113.77" };
    const wrong = { ...status(id, "failed"), body: "MessageStatus=failed" };
    const madeUp = () => ({ ...wrong, url: wrong.url.replace(carrier, newId()) });
    const before = await everything();
    const queries: string[] = [];
    const asSystem = db.asSystem;
    db.asSystem = ((...given: Parameters<typeof asSystem>) => {
      queries.push("looked up");
      return asSystem.apply(db, given);
    }) as typeof asSystem;
    onTestFinished(() => void (db.asSystem = asSystem));
    const begun = performance.now();
    const answers = [];
    for (let i = 0; i < 300; i++) answers.push(await callBack(app, i % 2 === 0 ? wrong : madeUp(), flood));
    const seconds = (performance.now() - begun) / 1000;
    const told = answers.filter(({ status }) => status === 429);
    expect(told).toHaveLength(180);
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(120);
    expect(JSON.parse(told[0]?.body ?? "")).toMatchObject({ error: { code: "too_many_requests" } });
    expect(Number(told[0]?.headers["retry-after"])).toBeGreaterThan(0);
    // One look-up each while they may be signed with a token that has just been changed, and none for those told to wait,
    // but what all webhooks cost every two seconds.
    expect(queries.length).toBeLessThanOrEqual(120 + Math.ceil(seconds / 2));
    expect(await everything()).toBe(before);
    expect((await callBack(app, wrong, { ip: "203.0.113.78" })).status).toBe(403);
    expect((await callBack(app, status(id, "delivered"), flood)).status).toBe(204);
    expect(await message(id)).toMatchObject({ status: "delivered" });
    expect((await callBack(app, inbound(1, "STOP"), flood)).status).toBe(200);
  });

  test("a body beyond 32 KiB is refused unread, and told so", async () => {
    for (const good of [status(await queued(), "delivered"), inbound(1, "Hei")]) {
      const answer = await callBack(app, { ...good, body: `${good.body}&x=${"x".repeat(32 * 1024)}` });
      expect(answer.status).toBe(413);
      expect(JSON.parse(answer.body).error).toMatchObject({
        code: "body_too_large",
        message: "The body is larger than 32 KiB.",
      });
    }
  });

  test("with a new token at once, and no longer with the old one", async () => {
    const id = await queued();
    expect((await callBack(app, status(id, "sent"))).status).toBe(204);
    await db.inWorkspace(workspace.id, (tx) =>
      changeCarrier(tx, services.seal, workspace.id, carrier, { secrets: { auth_token: "new" } }),
    );
    const old = status(id, "delivered");
    token = "new";
    expect((await callBack(app, status(id, "delivered"))).status).toBe(204);
    expect((await callBack(app, old)).status).toBe(403);
  });
});

describe("texts from handsets", () => {
  const twiml = '<?xml version="1.0" encoding="UTF-8"?><Response/>';
  const received = async () => (await ledger(db, workspace.id)).filter((row) => row.status === "received");

  test("are in the ledger when they are acknowledged, with empty TwiML", async () => {
    const answer = await callBack(app, inbound(1, "Kan jeg få time? æøå 🎉 & +"));
    expect(answer).toMatchObject({ status: 200, body: twiml });
    expect(answer.headers["content-type"]).toBe("text/xml; charset=utf-8");
    expect(await received()).toMatchObject([
      { number: "+4791000001", text: "Kan jeg få time? æøå 🎉 & +", carrier_reference: sid(1), source_type: "inbound" },
    ]);
  });

  test.each(["Hei", "STOP"])("%s twenty times at once is one message", async (text) => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => callBack(app, inbound(1, text))));
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200));
    await callBack(app, inbound(1, text));
    expect(await received()).toHaveLength(1);
  });

  test("the same SID through two connections is two texts", async () => {
    const other = await addTwilio(db, services.seal, workspace.id, { account_sid, auth_token: "other" });
    const form = { MessageSid: sid(1), From: "+4791000001", To: workspace.sender.address, Body: "Hei" };
    await callBack(app, inbound(1, "Hei"));
    await callBack(app, signedForm("other", hook("inbound", other), form));
    expect(await received()).toHaveLength(2);
  });

  test("pictures are kept as their addresses, and an empty text is one too", async () => {
    const media = {
      MediaUrl0: "https://api.twilio.com/a.jpg",
      MediaUrl1: "https://api.twilio.com/b.jpg",
      NumMedia: "2",
    };
    await callBack(app, inbound(1, "Se her", media));
    await callBack(app, inbound(2, "", media));
    await callBack(app, inbound(3, ""));
    await callBack(app, inbound(4, "STOP", media));
    expect((await received()).map(({ text, reason }) => [text, reason])).toEqual([
      ["Se her\nhttps://api.twilio.com/a.jpg\nhttps://api.twilio.com/b.jpg", null],
      ["https://api.twilio.com/a.jpg\nhttps://api.twilio.com/b.jpg", null],
      ["", null],
      ["STOP\nhttps://api.twilio.com/a.jpg\nhttps://api.twilio.com/b.jpg", "stop"],
    ]);
  });

  test("what Twilio's opt-out has answered itself is acted upon and not answered again", async () => {
    const optedOut = async () =>
      (await superuser.query("select number, evidence from opt_outs where workspace_id = $1", [workspace.id])).rows;
    await callBack(app, inbound(1, "Nei takk", { OptOutType: "STOP" }));
    expect(await optedOut()).toEqual([{ number: "+4791000001", evidence: "Nei takk" }]);
    await callBack(app, inbound(2, "info", { OptOutType: "HELP" }));
    await callBack(app, inbound(3, "jo da", { OptOutType: "START" }));
    expect(await optedOut()).toEqual([]);
    expect((await ledger(db, workspace.id)).map((row) => [row.status, row.reason])).toEqual([
      ["received", "stop"],
      ["received", "help"],
      ["received", "start"],
    ]);
    await callBack(app, inbound(4, "STOP"));
    expect((await ledger(db, workspace.id)).at(-1)).toMatchObject({ source_type: "opt_out_confirmation" });
  });

  test("a STOP to a number that is no sender yet is obeyed: the number becomes one of the connection that brought it", async () => {
    const first = inbound(1, "STOP", { To: "+4759440001" });
    const answers = await Promise.all(
      [first, inbound(2, "Hei", { To: "+4759440001" }), first].map((each) => callBack(app, each)),
    );
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    const { rows } = await superuser.query(
      `select s.id, s.kind, s.can_receive, s.carrier_id, s.is_default, o.number from senders s
       left join opt_outs o on o.workspace_id = s.workspace_id and o.sender_id = s.id
       where s.workspace_id = $1 and s.address = '+4759440001'`,
      [workspace.id],
    );
    const kept = { kind: "long_number", can_receive: true, carrier_id: carrier, is_default: false };
    expect(rows).toMatchObject([{ ...kept, number: "+4791000001" }]);
    expect(await received()).toHaveLength(2);
    const answer = (await ledger(db, workspace.id)).filter((row) => row.source_type === "opt_out_confirmation");
    expect(answer).toMatchObject([{ number: "+4791000001", sender_id: rows[0].id }]);
  });

  test("to an address that can be no sender's it is for the connection's own; without a SID or sender it is refused", async () => {
    const senders = async () =>
      (await superuser.query("select address from senders where workspace_id = $1", [workspace.id])).rows;
    const before = await senders();
    for (const To of ["Salong", "12", "whatsapp:+4759440002", "+0"])
      expect(await callBack(app, inbound(1, "STOP", { To }))).toMatchObject({ status: 200 });
    expect(await received()).toMatchObject([{ text: "STOP", sender_id: workspace.sender.id }]);
    const withouts: Record<string, string>[] = [{ MessageSid: "", SmsMessageSid: "" }, { From: " " }, { To: "" }];
    for (const without of withouts)
      expect(await callBack(app, inbound(2, "Hei", without))).toMatchObject({ status: 400 });
    expect(await received()).toHaveLength(1);
    expect(await senders()).toEqual(before);
  });
});

const called = runs(100, 3_000);
const read = runs(5_000, 100_000);

test(`${called} malformed webhooks by HTTP: never a 5xx, and nothing is written`, async () => {
  const random = seeded(20_261_126);
  const id = await queued();
  const before = await everything();
  for (let i = 0; i < called; i++) {
    const { url, headers, body } = malformed(random, i % 2 === 0 ? status(id, "delivered") : inbound(1, "STOP"));
    const path = url.slice(url.indexOf("/api/")).split("#")[0] ?? "";
    const answer = await app.inject({
      method: "POST",
      url: encodeURI(path),
      headers,
      payload: Buffer.from(body, "latin1"),
    });
    expect(answer.statusCode, `${path} ${JSON.stringify(headers)}`).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode, `${path} ${JSON.stringify(headers)}`).toBeLessThan(500);
  }
  expect(await everything()).toBe(before);
});

test(`${read} malformed webhooks: none breaks what reads them, none passes for signed`, () => {
  const random = seeded(7);
  const at = new Date();
  const owner = { workspace_id: newId(), id: newId() };
  const good = [status(newId(), "delivered"), inbound(1, "STOP", { MediaUrl0: "https://x.example/1" })];
  let passed = 0;
  for (let i = 0; i < read; i++) {
    const { url, headers, body } = malformed(random, random.pick(good));
    const form = readSigned(token, {
      origins: [i % 10 === 0 ? random.pick(strangeOrigins) : publicUrl],
      url: url.slice(url.indexOf("/api/")).split("#")[0] ?? "",
      signature: headers["x-twilio-signature"],
      contentType: headers["content-type"],
      body,
    });
    if (form) passed++;
    // Whatever was signed by somebody who knows the token, the readers must bear it too.
    const any = new URLSearchParams(body);
    const receipt = readStatus(owner, random.pick([newId(), "x", undefined]), any, at);
    if (receipt && receipt.workspace_id !== owner.workspace_id) passed++;
    const text = readInbound(owner, any, at);
    if (text && !/^\w{1,64}$/.test(text.carrier_reference)) passed++;
  }
  expect(passed).toBe(0);
}, 60_000);

const strangeOrigins = ["", "http://", "nonsense", "https://[::1", "http://a b", "https://sms.example.com:443"];

const scraps = [
  "\0",
  "\xff\xfe",
  "%",
  "%zz",
  "%00",
  "%ff",
  "=",
  "&&&",
  "?",
  "#",
  "'",
  '"',
  "<x>",
  "{",
  "[[[[",
  "é",
  "\r\n",
  "__proto__",
  "constructor",
];

/** One thing or several wrong with a webhook that was right. */
function malformed(random: ReturnType<typeof seeded>, { url, headers, body }: Callback): Callback {
  const cut = (text: string) => text.slice(0, random.whole(0, Math.max(0, text.length - 1)));
  const poke = (text: string) => {
    const at = random.whole(0, text.length);
    return text.slice(0, at) + random.pick(scraps) + text.slice(at + random.whole(0, 3));
  };
  const noise = () =>
    Array.from({ length: random.whole(0, 60) }, () => String.fromCharCode(random.whole(0, 255))).join("");
  const signature = headers["x-twilio-signature"] ?? "";
  const broken = { url, body, headers: { ...headers } };
  const kind = random.whole(0, 7);
  if (kind === 0) broken.body = cut(body);
  else if (kind === 1) broken.body = `${poke(body)}&x=${random.whole(0, 9)}`;
  else if (kind === 2) broken.body = noise();
  else if (kind === 3)
    broken.body = `${body}&${random.pick(["From", "MessageSid", "OptOutType", "toString"])}=${encodeURIComponent(noise())}`;
  else if (kind === 4)
    broken.headers["x-twilio-signature"] = random.pick([cut(signature), "", "=".repeat(28), "A".repeat(8_000)]);
  else if (kind === 5)
    broken.headers["content-type"] = random.pick(["application/json", "text/plain", "multipart/form-data", ";"]);
  else if (kind === 6)
    broken.url = `${url.split("#")[0]}${url.includes("?") ? "&" : "?"}${random.pick(["bodySHA256=", "bodySHA256=zz", "message=1", "message=%ff", "a=%"])}${random.whole(0, 9)}`;
  else
    broken.url = url.replace(
      /carriers\/[^/]+/,
      `carriers/${random.pick(["%00", "..%2f..", "x".repeat(90), newId(), "%ff"])}`,
    );
  if (random.next() < 0.2) broken.body = poke(broken.body) + random.whole(0, 9);
  return broken;
}
