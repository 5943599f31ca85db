/** A process that submits mails, to be killed meanwhile: `node testing/mail-worker.ts <connection> <relay>`. */
import { systemClock } from "../server/kit/clock.ts";
import { openDb } from "../server/kit/db.ts";
import { startDueWork } from "../server/kit/due-runner.ts";
import { createLog } from "../server/kit/log.ts";
import type { Services } from "../server/kit/services.ts";
import { workspaceConnection } from "../server/kit/workspace-role.ts";
import { submitServices } from "../server/mail/module.ts";
import { relayTransport } from "../server/mail/relay.ts";
import { mailSubmission } from "../server/mail/submit-mails.ts";
import { testSeal, testSecretKey } from "./seal.ts";

const [connection = "", url = ""] = process.argv.slice(2);
const config = { public_url: "http://localhost:3000", secret_key: testSecretKey, mail_domain: "sms.localhost" };
const db = openDb({ connection, workspaces: await workspaceConnection(connection), max: 6 });
const services = { db, clock: systemClock, log: createLog("error"), config, seal: testSeal };
const transport = relayTransport({ url, mail_domain: config.mail_domain, dkim: null });
const submission = mailSubmission(submitServices(services as unknown as Services), () => transport, { every_ms: 50 });
await startDueWork(services, [submission]);
console.log("ready");
