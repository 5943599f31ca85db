/** Twilio's webhooks through the HTTP server, each signed by the test double; every test has a workspace and connection of its own. */
import type { FastifyInstance } from "fastify";
import pg from "pg";
import { afterAll, beforeEach } from "vitest";
import type { Db } from "../server/kit/db.ts";
import type { Services } from "../server/kit/services.ts";
import { testApp } from "./app.ts";
import { testDatabase } from "./database.ts";
import { ledger, send } from "./pipeline.ts";
import { addTwilio } from "./twilio-connection.ts";
import { type Callback, signedForm } from "./twilio.ts";
import { createTestWorkspace, type TestWorkspace } from "./workspace.ts";

/** What a test has of its own. */
export interface WebhookScene {
  workspace: TestWorkspace;
  /** The id of its connection. */
  carrier: string;
  /** What the connection's webhooks are signed with. */
  token: string;
}

export const publicUrl = "https://sms.example.com";
export const account_sid = `AC${"1".repeat(32)}`;
export const sid = (n: number | string) => `SM${String(n).padStart(32, "0")}`;

export interface TwilioWebhooks {
  db: Db;
  app: FastifyInstance;
  services: Services;
  superuser: pg.Client;
  scene: WebhookScene;
  hook(kind: "status" | "inbound", carrier?: string): string;
  statusUrl(message: string): string;
  status(message: string, status: string, more?: Record<string, string>): Callback;
  inbound(n: number | string, text: string, more?: Record<string, string | string[]>): Callback;
  /** Queues a text and answers its id. */
  queued(): Promise<string>;
  /** The ledger's row. */
  message(id: string): Promise<Awaited<ReturnType<typeof ledger>>[number] | undefined>;
  /** A digest of everything that a webhook could write. */
  everything(): Promise<string>;
}

/** Sets up a file's tests: call it once, at the top. */
export async function twilioWebhooks(): Promise<TwilioWebhooks> {
  const database = await testDatabase({ max: 8 });
  const { db } = database;
  const { app, services } = await testApp(database, {
    config: {
      public_url: publicUrl,
      link_domain: "texts.example.org",
      trusted_proxies: ["127.0.0.0/8", "10.0.0.0/24"],
    },
  });
  const superuser = new pg.Client({ connectionString: database.superuser });
  await superuser.connect();
  afterAll(() => superuser.end());
  const scene = {} as WebhookScene;
  let tokens = 0;
  beforeEach(async () => {
    scene.token = `token ${++tokens}`;
    scene.workspace = await createTestWorkspace(db);
    scene.carrier = await addTwilio(db, services.seal, scene.workspace.id, { account_sid, auth_token: scene.token });
  });

  const hook: TwilioWebhooks["hook"] = (kind, carrier = scene.carrier) =>
    `${publicUrl}/api/v1/carriers/${carrier}/twilio/${kind}`;
  const statusUrl = (message: string) => `${hook("status")}?message=${message}#rc=5&rp=all`;

  return {
    db,
    app,
    services,
    superuser,
    scene,
    hook,
    statusUrl,
    status: (message, MessageStatus, more = {}) =>
      signedForm(scene.token, statusUrl(message), {
        AccountSid: account_sid,
        MessageSid: sid(1),
        SmsSid: sid(1),
        From: "+4790000000",
        To: "+4791000001",
        ApiVersion: "2010-04-01",
        MessageStatus,
        SmsStatus: MessageStatus,
        ...more,
      }),
    inbound: (n, Body, more = {}) =>
      signedForm(scene.token, hook("inbound"), {
        AccountSid: account_sid,
        MessageSid: sid(n),
        SmsMessageSid: sid(n),
        From: "+4791000001",
        To: scene.workspace.sender.address,
        Body,
        NumMedia: "0",
        NumSegments: "1",
        ...more,
      }),
    async queued() {
      const { messages } = await send(db, scene.workspace, { recipients: { people: [{ number: "+4791000001" }] } });
      return messages[0]?.id as string;
    },
    message: async (id) => (await ledger(db, scene.workspace.id)).find((row) => row.id === id),
    async everything() {
      const { rows } = await superuser.query(`
        select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as digest from (
          select m::text as t from messages m union all select i::text from inbound_seen i
          union all select o::text from opt_outs o union all select c::text from message_counts c) all_rows (t)`);
      return rows[0].digest;
    },
  };
}
