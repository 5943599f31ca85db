/** Malformed webhooks of every kind: never a 5xx, and nothing is written. */
import { expect, test } from "vitest";
import { newId } from "../../../testing/new-id.ts";
import { seeded } from "../../../testing/random.ts";
import { runs } from "../../../testing/runs.ts";
import { publicUrl, twilioWebhooks } from "../../../testing/twilio-webhooks.ts";
import type { Callback } from "../../../testing/twilio.ts";
import { readSigned } from "./signature.ts";
import { readInbound, readStatus } from "./webhooks.ts";

const { app, scene, status, inbound, queued, everything } = await twilioWebhooks();

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

test(`${read} malformed webhooks: the readers throw for none, and none passes as signed`, () => {
  const random = seeded(7);
  const at = new Date();
  const owner = { workspace_id: newId(), id: newId() };
  const good = [status(newId(), "delivered"), inbound(1, "STOP", { MediaUrl0: "https://x.example/1" })];
  let passed = 0;
  for (let i = 0; i < read; i++) {
    const { url, headers, body } = malformed(random, random.pick(good));
    const form = readSigned(scene.token, {
      origins: [i % 10 === 0 ? random.pick(strangeOrigins) : publicUrl],
      url: url.slice(url.indexOf("/api/")).split("#")[0] ?? "",
      signature: headers["x-twilio-signature"],
      contentType: headers["content-type"],
      body,
    });
    if (form) passed++;
    // The readers must not throw for a malformed body that is rightly signed either.
    const any = new URLSearchParams(body);
    const receipt = readStatus(owner, random.pick([newId(), "x", undefined]), any, at);
    if (receipt && receipt.workspace_id !== owner.workspace_id) passed++;
    const text = readInbound(owner, any, at);
    if (text && !/^\w{1,64}$/.test(text.carrier_reference)) passed++;
  }
  expect(passed).toBe(0);
});

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

/** A valid webhook with one or more faults injected. */
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
