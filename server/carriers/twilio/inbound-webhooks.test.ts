/** Texts from handsets by Twilio's webhooks: in the ledger when they are acknowledged, once, and acted upon. */
import { expect, test } from "vitest";
import { ledger } from "../../../testing/pipeline.ts";
import { addTwilio, callBack } from "../../../testing/twilio-connection.ts";
import { account_sid, sid, twilioWebhooks } from "../../../testing/twilio-webhooks.ts";
import { signedForm } from "../../../testing/twilio.ts";
import { setKeywords } from "../../../testing/workspace.ts";

const { db, app, services, superuser, scene, hook, inbound } = await twilioWebhooks();

const twiml = '<?xml version="1.0" encoding="UTF-8"?><Response/>';
const received = async () => (await ledger(db, scene.workspace.id)).filter((row) => row.status === "received");

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
  const other = await addTwilio(db, services.seal, scene.workspace.id, { account_sid, auth_token: "other" });
  const form = { MessageSid: sid(1), From: "+4791000001", To: scene.workspace.sender.address, Body: "Hei" };
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

test("keywords that Twilio's Advanced Opt-Out has answered are obeyed and not answered again", async () => {
  const optedOut = async () =>
    (await superuser.query("select number, evidence from opt_outs where workspace_id = $1", [scene.workspace.id])).rows;
  await callBack(app, inbound(1, "Nei takk", { OptOutType: "STOP" }));
  expect(await optedOut()).toEqual([{ number: "+4791000001", evidence: "Nei takk" }]);
  await callBack(app, inbound(2, "info", { OptOutType: "HELP" }));
  await callBack(app, inbound(3, "jo da", { OptOutType: "START" }));
  expect(await optedOut()).toEqual([]);
  expect((await ledger(db, scene.workspace.id)).map((row) => [row.status, row.reason])).toEqual([
    ["received", "stop"],
    ["received", "help"],
    ["received", "start"],
  ]);
  await callBack(app, inbound(4, "STOP"));
  expect((await ledger(db, scene.workspace.id)).at(-1)).toMatchObject({ source_type: "opt_out_confirmation" });
});

test("a workspace's own keyword is obeyed as its STOP, also where Twilio took it for another, and is confirmed once", async () => {
  await setKeywords(db, scene.workspace.id, {
    stop: { added: ["INFO", "MELD AV"], removed: [] },
    help: { added: [], removed: ["INFO"] },
  });
  const optedOut = async () =>
    (await superuser.query("select evidence from opt_outs where workspace_id = $1", [scene.workspace.id])).rows;
  const text = inbound(1, "Meld av!");
  await callBack(app, text);
  await callBack(app, inbound(2, "START"));
  expect(await optedOut()).toEqual([]);
  // The first one repeated: it is stored already, and is older than the START.
  await callBack(app, text);
  expect(await optedOut()).toEqual([]);
  await callBack(app, inbound(3, "info", { OptOutType: "HELP" }));
  expect(await optedOut()).toEqual([{ evidence: "info" }]);
  const rows = await ledger(db, scene.workspace.id);
  expect(rows.flatMap((row) => (row.status === "received" ? [row.reason] : []))).toEqual(["stop", "start", "stop"]);
  expect(rows.filter((row) => row.source_type === "opt_out_confirmation")).toHaveLength(2);
});

test("a STOP to a number that is no sender yet is obeyed: the number becomes a sender of the connection", async () => {
  const first = inbound(1, "STOP", { To: "+4759440001" });
  const answers = await Promise.all(
    [first, inbound(2, "Hei", { To: "+4759440001" }), first].map((each) => callBack(app, each)),
  );
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
  const { rows } = await superuser.query(
    `select s.id, s.kind, s.can_receive, s.carrier_id, s.is_default, o.number from senders s
     left join opt_outs o on o.workspace_id = s.workspace_id and o.sender_id = s.id
     where s.workspace_id = $1 and s.address = '+4759440001'`,
    [scene.workspace.id],
  );
  const kept = { kind: "long_number", can_receive: true, carrier_id: scene.carrier, is_default: false };
  expect(rows).toMatchObject([{ ...kept, number: "+4791000001" }]);
  expect(await received()).toHaveLength(2);
  const answer = (await ledger(db, scene.workspace.id)).filter((row) => row.source_type === "opt_out_confirmation");
  expect(answer).toMatchObject([{ number: "+4791000001", sender_id: rows[0].id }]);
});

test("a text to an address that can be no sender goes to the connection's own; without a SID or an address it is refused", async () => {
  const senders = async () =>
    (await superuser.query("select address from senders where workspace_id = $1", [scene.workspace.id])).rows;
  const before = await senders();
  for (const To of ["Salong", "12", "whatsapp:+4759440002", "+0"])
    expect(await callBack(app, inbound(1, "STOP", { To }))).toMatchObject({ status: 200 });
  expect(await received()).toMatchObject([{ text: "STOP", sender_id: scene.workspace.sender.id }]);
  const withouts: Record<string, string>[] = [{ MessageSid: "", SmsMessageSid: "" }, { From: " " }, { To: "" }];
  for (const without of withouts)
    expect(await callBack(app, inbound(2, "Hei", without))).toMatchObject({ status: 400 });
  expect(await received()).toHaveLength(1);
  expect(await senders()).toEqual(before);
});
