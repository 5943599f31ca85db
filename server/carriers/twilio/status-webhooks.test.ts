/** Twilio's status callbacks by HTTP: receipts of our texts, in any order, of any status. */
import { expect, test } from "vitest";
import { newId } from "../../../testing/new-id.ts";
import { addTwilio, callBack } from "../../../testing/twilio-connection.ts";
import { account_sid, sid, twilioWebhooks } from "../../../testing/twilio-webhooks.ts";
import { signedForm } from "../../../testing/twilio.ts";
import { createTestWorkspace } from "../../../testing/workspace.ts";
import { changeCarrier } from "../carriers.ts";

const { db, app, services, superuser, scene, hook, statusUrl, status, queued, message, everything } =
  await twilioWebhooks();

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
])("%s is accepted and changes nothing", async (said) => {
  const id = await queued();
  const before = await everything();
  expect((await callBack(app, status(id, said))).status).toBe(204);
  expect(await everything()).toBe(before);
});

test("in any order and twice: the first final status stays, also before the submission was recorded", async () => {
  const id = await queued();
  for (const said of ["sent", "delivered", "queued", "sending", "failed", "delivered", "undelivered"])
    expect((await callBack(app, status(id, said))).status).toBe(204);
  expect(await message(id)).toMatchObject({ status: "delivered", sent_at: null, carrier_reference: sid(1) });
  const { rows } = await superuser.query("select status, n from message_counts where workspace_id = $1 order by 1", [
    scene.workspace.id,
  ]);
  expect(rows).toEqual([
    { status: "delivered", n: 1 },
    { status: "queued", n: 1 },
  ]);
});

test("of an unknown text, or of none: accepted, so that it is not sent again", async () => {
  const before = await everything();
  for (const url of [statusUrl(newId()), statusUrl("nonsense"), hook("status")])
    expect((await callBack(app, signedForm(scene.token, url, { MessageStatus: "delivered" }))).status).toBe(204);
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
  await db.inWorkspace(scene.workspace.id, (tx) =>
    changeCarrier(tx, services.seal, scene.workspace.id, scene.carrier, { enabled: false }, new Date()),
  );
  expect((await callBack(app, status(id, "delivered"))).status).toBe(204);
  expect(await message(id)).toMatchObject({ status: "delivered" });
});
