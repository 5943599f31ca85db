/** A workspace that receives texts from Twilio: the same signed webhook, any number of times, at any API process. */
import { openDb } from "../../server/kit/db.ts";
import { createSeal } from "../../server/kit/seal.ts";
import { workspaceConnection } from "../../server/kit/workspace-role.ts";
import { addTwilio } from "../twilio-connection.ts";
import { signedForm } from "../twilio.ts";
import { createTestWorkspace } from "../workspace.ts";
import type { Installation } from "./installation.ts";

export interface WebhookWorkspace {
  workspace_id: string;
  /** Sends Twilio's webhook for a text from a handset; always the same one. */
  deliver(url: string): Promise<Response>;
}

const auth_token = "a token that no account has";

/** Creates it, with a token that the account does not have: nothing is ever sent through its connection. */
export async function createWebhookWorkspace(
  { connection, secret_key }: Installation,
  account_sid: string,
): Promise<WebhookWorkspace> {
  const db = openDb({ connection, workspaces: await workspaceConnection(connection), max: 1 });
  const workspace = await createTestWorkspace(db);
  const carrier = await addTwilio(db, createSeal(secret_key), workspace.id, { account_sid, auth_token });
  await db.close();
  return {
    workspace_id: workspace.id,
    deliver(url) {
      const call = signedForm(auth_token, `${url}/api/v1/carriers/${carrier}/twilio/inbound`, {
        AccountSid: account_sid,
        MessageSid: `SM${"2".repeat(32)}`,
        SmsMessageSid: `SM${"2".repeat(32)}`,
        From: "+4791000001",
        To: workspace.sender.address,
        Body: "Hei",
        NumMedia: "0",
        NumSegments: "1",
        ApiVersion: "2010-04-01",
      });
      return fetch(call.url, { method: "POST", headers: call.headers, body: call.body });
    },
  };
}
