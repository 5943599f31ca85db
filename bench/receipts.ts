/**
 * Twilio's status webhooks through the real server: signature checked, receipt on disk before its 204, at 200 connections.
 * Compared in the same run: the same server refusing webhooks with wrong signatures, which is the cost of HTTP and the check
 * alone, and PostgreSQL taking the same updates of the ledger in batches on one connection.
 *
 *   npm run bench -- receipts [webhooks]    (100,000 unless given)
 */
import type pg from "pg";
import { startPlainServer } from "../testing/bench-server.ts";
import { httpLoad, type LoadRequest } from "../testing/http-load.ts";
import { signedForm } from "../testing/twilio.ts";

const count = Number(process.argv[2]) || 100_000;
const warmUp = 10_000;
const connections = 200;
const batch = 500;
const longest = 120; // seconds
const account_sid = `AC${"b".repeat(32)}`;
const auth_token = "0123456789abcdef0123456789abcdef";

// Nothing listens at this URL: queued texts stay queued, and the receipts do not depend on them.
const { url, database, call, stop } = await startPlainServer({ TWILIO_API_URL: "http://127.0.0.1:9" });
try {
  const secrets = { auth_token };
  const carrier = await call("POST", "/carriers", { kind: "twilio", settings: { account_sid }, secrets });
  const ids = await fillLedger(database, warmUp + 2 * count);
  const [first, taken, raw] = [ids.slice(0, warmUp), ids.slice(warmUp, warmUp + count), ids.slice(warmUp + count)];

  await load(webhooks(carrier.id, first, auth_token));
  const refused = await load(webhooks(carrier.id, taken, "another token"));
  const receipts = await load(webhooks(carrier.id, taken, auth_token));
  const delivered = await database.query("select count(*)::int as n from messages where status = 'delivered'");
  if (delivered.rows[0].n !== warmUp + count) throw new Error(`${delivered.rows[0].n} are delivered, not all`);
  const limit = await updateRaw(database, raw);

  const ratio = (to: number) => (receipts.rate / to).toFixed(2);
  console.log(
    `receipts: ${receipts.rate} webhooks/s at ${connections} connections, p50 ${receipts.p50} ms, p99 ${receipts.p99} ms, errors ${receipts.errors}`,
  );
  console.log(
    `  same server refusing them: ${refused.refused} /s (ratio ${ratio(refused.refused)}); raw updates of ${batch} rows: ${limit} /s (ratio ${ratio(limit)})`,
  );
} finally {
  await stop();
}

/** Texts of one campaign that were submitted, and their ids. */
async function fillLedger(database: pg.Client, texts: number): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>(
    `with w as (select s.workspace_id, s.id as sender_id from senders s limit 1)
    insert into messages (workspace_id, id, status, class, encoding, segments, source_type, source_id, sender_id, number, text,
      carrier, submitted_at, sent_at)
    select w.workspace_id, overlay(gen_random_uuid()::text placing substr(first_id_at(now())::text, 1, 13) from 1 for 13)::uuid,
      'sent', 'marketing', '7', 1, 'campaign', w.workspace_id, w.sender_id, '+47' || (90000000 + i),
      'Hei! Velkommen til salg.', 'twilio', now(), now()
    from w, generate_series(1, $1::int) i
    returning id`,
    [texts],
  );
  await database.query("vacuum (analyze) messages");
  return rows.map(({ id }) => id);
}

/** One webhook for each id, signed beforehand: the load generator shares the cores with the server. */
function webhooks(carrier: string, ids: string[], token: string): LoadRequest[] {
  return ids.map((id, i) => {
    const path = `/api/v1/carriers/${carrier}/twilio/status?message=${id}`;
    const sid = `SM${String(i).padStart(32, "0")}`;
    const { headers, body } = signedForm(token, `${url}${path}`, {
      AccountSid: account_sid,
      ApiVersion: "2010-04-01",
      ChannelToAddress: "+4790000XXX",
      From: "+4790000000",
      MessageSid: sid,
      MessageStatus: "delivered",
      SmsSid: sid,
      SmsStatus: "delivered",
      To: "+4791000001",
    });
    return { method: "POST", path, headers, body };
  });
}

async function load(requests: LoadRequest[]) {
  let next = 0;
  const begin = performance.now();
  const figures = await httpLoad({
    url: url,
    connections,
    seconds: longest,
    requests: requests.length,
    next: () => requests[next++] as LoadRequest,
  });
  return { ...figures, refused: Math.round(figures.errors / ((performance.now() - begin) / 1000)) };
}

/** The ledger's update alone, as often as one connection does it in batches. */
async function updateRaw(database: pg.Client, ids: string[]): Promise<number> {
  const begin = performance.now();
  for (let i = 0; i < ids.length; i += batch)
    await database.query("update messages set status = 'delivered', final_at = now() where id = any($1::uuid[])", [
      ids.slice(i, i + batch),
    ]);
  return Math.round(ids.length / ((performance.now() - begin) / 1000));
}
