/** Twilio's webhooks by HTTP: only what is signed with the connection's own token is read. */
import { createHmac } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { newId } from "../../../testing/new-id.ts";
import { addTwilio, callBack } from "../../../testing/twilio-connection.ts";
import { account_sid, sid, twilioWebhooks } from "../../../testing/twilio-webhooks.ts";
import { type Callback, signedForm, signedJson } from "../../../testing/twilio.ts";
import { createTestWorkspace } from "../../../testing/workspace.ts";
import { changeCarrier } from "../carriers.ts";

const { db, app, services, scene, statusUrl, status, inbound, queued, message, everything } = await twilioWebhooks();

const forged: [string, (good: Callback) => Callback | Promise<Callback>][] = [
  ["none", ({ url, body, headers }) => ({ url, body, headers: { "content-type": headers["content-type"] ?? "" } })],
  ["empty", (good) => ({ ...good, headers: { ...good.headers, "x-twilio-signature": "" } })],
  ["of another token", ({ url, body }) => signedForm("another", url, Object.fromEntries(new URLSearchParams(body)))],
  ["of another body", (good) => ({ ...good, body: good.body.replace("delivered", "failed").replace("Hei", "STOP") })],
  ["of another query", (good) => ({ ...good, url: good.url.replace("#", "&x=1#").replace(/inbound$/, "inbound?x=1") })],
  [
    "of a form with another content type",
    (good) => ({ ...good, headers: { ...good.headers, "content-type": "text/plain" } }),
  ],
  ["of a connection that is not there", (good) => ({ ...good, url: good.url.replace(scene.carrier, newId()) })],
  [
    "of a connection whose id is malformed",
    (good) => ({ ...good, url: good.url.replace(scene.carrier, "'; drop table carriers") }),
  ],
  [
    "of a connection of another workspace",
    async (good) => {
      const theirs = await createTestWorkspace(db);
      const theirCarrier = await addTwilio(db, services.seal, theirs.id, { account_sid, auth_token: "theirs" });
      return { ...good, url: good.url.replace(scene.carrier, theirCarrier) };
    },
  ],
];

test.each(forged)("%s: the same 403 for all, and nothing is written", async (_what, forge) => {
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

test("behind a proxy, by the host and scheme that it forwards, but not by those of an untrusted client", async () => {
  const forwarded = { "x-forwarded-proto": "https", "x-forwarded-host": "texts.example.org" };
  const at = (host: string, id: string) =>
    signedForm(scene.token, statusUrl(id).replace("sms.example.com", host), {
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
  const good = signedJson(scene.token, statusUrl(id).split("#")[0] ?? "", {
    MessageStatus: "delivered",
    MessageSid: sid(3),
  });
  expect((await callBack(app, { ...good, body: good.body.replace("delivered", "failed   ") })).status).toBe(403);
  expect((await callBack(app, good)).status).toBe(204);
  expect(await message(id)).toMatchObject({ status: "delivered", carrier_reference: sid(3) });
});

test("by a shared key of a webhook rule, HMAC-SHA256, in addition to the token; both keys during a rotation", async () => {
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
  await db.inWorkspace(scene.workspace.id, (tx) =>
    changeCarrier(
      tx,
      services.seal,
      scene.workspace.id,
      scene.carrier,
      { secrets: { shared_key_secret: "old new" } },
      new Date(),
    ),
  );
  expect((await callBack(app, byKey("old", ids[0]))).status).toBe(204);
  expect((await callBack(app, byKey("new", ids[1]))).status).toBe(204);
  expect((await callBack(app, byKey("old new", ids[2]))).status).toBe(403);
  expect((await callBack(app, status(ids[2], "delivered"))).status).toBe(204);
  for (const id of ids) expect(await message(id)).toMatchObject({ status: "delivered" });
});

test("a flood of wrong signatures gets 429 and costs no look-up; right ones pass from the same address", async () => {
  const id = await queued();
  const flood = { ip: "203.0.113.77" };
  const wrong = { ...status(id, "failed"), body: "MessageStatus=failed" };
  const madeUp = () => ({ ...wrong, url: wrong.url.replace(scene.carrier, newId()) });
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
  // One look-up for each 403, since the token may have just been changed, none for a 429, and the regular one every two
  // seconds.
  expect(queries.length).toBeLessThanOrEqual(120 + Math.ceil(seconds / 2));
  expect(await everything()).toBe(before);
  expect((await callBack(app, wrong, { ip: "203.0.113.78" })).status).toBe(403);
  expect((await callBack(app, status(id, "delivered"), flood)).status).toBe(204);
  expect(await message(id)).toMatchObject({ status: "delivered" });
  expect((await callBack(app, inbound(1, "STOP"), flood)).status).toBe(200);
});

test("a body beyond 32 KiB is refused unread, with that message", async () => {
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
  await db.inWorkspace(scene.workspace.id, (tx) =>
    changeCarrier(tx, services.seal, scene.workspace.id, scene.carrier, { secrets: { auth_token: "new" } }, new Date()),
  );
  const old = status(id, "delivered");
  scene.token = "new";
  expect((await callBack(app, status(id, "delivered"))).status).toBe(204);
  expect((await callBack(app, old)).status).toBe(403);
});
