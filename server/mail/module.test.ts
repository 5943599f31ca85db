import { createServer } from "node:net";
import { createTransport } from "nodemailer";
import { expect, onTestFinished, test } from "vitest";
import { testApp } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { freePorts } from "../../testing/free-ports.ts";
import { mailBatch, mailLedger, send } from "../../testing/mail-batch.ts";
import { testSecretKey } from "../../testing/seal.ts";
import { until } from "../../testing/until.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import type { ProcessRole } from "../kit/config.ts";
import { startDueWork } from "../kit/due-runner.ts";
import type { DueServices } from "../kit/services.ts";
import { createMailTokens } from "./mail-token.ts";
import { type MailServices, mailModule } from "./module.ts";
import { returnAddress } from "./return-address.ts";

const database = await testDatabase();
const { db } = database;
const { services } = await testApp(database);
const { id: workspaceId } = await createTestWorkspace(db);

/** The module as a process with these roles starts it. */
async function start(roles: ProcessRole[], smtp_port: number, submitted: string[] = []) {
  const config = { ...services.config, roles: new Set(roles), host: "127.0.0.1", smtp_port };
  const createMailTransport: MailServices["createMailTransport"] = () => ({
    window: { workspace: 1, all: 1 },
    rate: null,
    longest_ms: 1_000,
    async submit(mail) {
      submitted.push(mail.to);
      return { kind: "sent", answer: "250" };
    },
    close() {},
  });
  const all = { ...services, config, createMailTransport } as unknown as MailServices & DueServices;
  const running = await mailModule.start(all);
  onTestFinished(() => running?.stop());
  if (!roles.includes("worker")) return;
  const works = await startDueWork(services, mailModule.due(all));
  onTestFinished(() => works.stop());
}

const bounceTo = (port: number, mailId: string) => {
  const to = returnAddress(createMailTokens(testSecretKey), "sms.localhost", {
    workspace_id: workspaceId,
    mail_id: mailId,
  });
  const raw =
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n' +
    "Reporting-MTA: dns; mx\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n";
  return createTransport({ host: "127.0.0.1", port, ignoreTLS: true }).sendMail({ envelope: { from: "", to }, raw });
};

const stateOf = async (id: string) => (await mailLedger(db, workspaceId)).find((mail) => mail.id === id)?.status;

test("the role worker submits, the role mail receives, also once a port that was taken is free", async () => {
  const [port = 0] = await freePorts(1);
  const taken = createServer().listen(port, "127.0.0.1");
  await new Promise((done) => taken.once("listening", done));
  const submitted: string[] = [];
  await start(["mail"], port);
  const [mail] = (await send(db, mailBatch(workspaceId, ["ola@example.com"]))).mails;
  const id = mail?.id ?? "";
  await start(["worker"], port, submitted);
  await until(() => expect(submitted).toEqual(["ola@example.com"]));
  await until(async () => expect(await stateOf(id)).toBe("sent"));
  await new Promise((done) => taken.close(done));
  await until(() => bounceTo(port, id));
  expect(await stateOf(id)).toBe("bounced");
});
