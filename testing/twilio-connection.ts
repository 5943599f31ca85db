/** A Twilio connection of a test's workspace, and Twilio's calls to it. */
import type { FastifyInstance } from "fastify";
import { sql } from "kysely";
import { addCarrier } from "../server/carriers/carriers.ts";
import type { Db } from "../server/kit/db.ts";
import type { Seal } from "../server/kit/seal.ts";
import type { Callback } from "./twilio.ts";

/** Adds a connection, assigns all senders of the workspace to it, and returns its id. */
export async function addTwilio(
  db: Db,
  seal: Seal,
  workspaceId: string,
  account: { account_sid: string; auth_token: string; shared_key_secret?: string },
): Promise<string> {
  return db.inWorkspace(workspaceId, async (tx) => {
    const id = await addCarrier(
      tx,
      seal,
      workspaceId,
      {
        kind: "twilio",
        enabled: true,
        settings: {
          account_sid: account.account_sid,
          api_key_sid: null,
          messaging_service_sid: null,
          rates: { long_number: null, north_american: null, short_code: null, alphanumeric: null },
        },
        secrets: {
          auth_token: account.auth_token,
          api_key_secret: null,
          shared_key_secret: account.shared_key_secret ?? null,
        },
      },
      new Date(),
    );
    await sql`update senders set carrier_id = ${id} where workspace_id = ${workspaceId}`.execute(tx);
    return id;
  });
}

/** Sends a callback to the app without a network. The fragment of its URL is not sent, as in HTTP. */
export async function callBack(
  app: FastifyInstance,
  { url, headers, body }: Callback,
  options: { host?: string; ip?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: string; headers: Record<string, unknown> }> {
  const { pathname, search, host } = new URL(url);
  const answer = await app.inject({
    method: "POST",
    url: pathname + search,
    headers: { ...headers, host: options.host ?? host, ...options.headers },
    ...(options.ip && { remoteAddress: options.ip }),
    payload: body,
  });
  return { status: answer.statusCode, body: answer.body, headers: answer.headers };
}
