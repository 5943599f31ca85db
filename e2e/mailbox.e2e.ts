/** A mail with HTML and an attachment in the sandbox mailbox, and its unsubscribe link: the page asks, the button acts. */
import { expect, inject, test } from "vitest";
import { openDb } from "../server/kit/db.ts";
import { openContext } from "../testing/browser.ts";
import { explainFailure, openJourney } from "../testing/journey.ts";
import { expectAccessible, expectNoOverflow } from "../testing/look.ts";
import { mailBatch, send, template } from "../testing/mail-batch.ts";
import { until } from "../testing/until.ts";

const journey = await openJourney("mailbox");
const { must, url } = journey;

test(
  "a mail is read with its HTML and attachment, and unsubscribed from by its link",
  { timeout: 180_000 },
  async (context) => {
    const email = "ola.mailbox@example.com";
    const { id: workspaceId } = await must<{ id: string }>("GET /workspace");
    const contact = await must<{ id: string }>("POST /contacts", { email });
    const consent = { contact_id: contact.id, subscription_type: "marketing", channel: "email" };
    await must("POST /consent-events", { ...consent, action: "grant", source: "form" });
    const { items: types } = await must<{ items: { id: string; key: string }[] }>("GET /subscription-types");
    const type = types.find(({ key }) => key === "marketing")?.id ?? "";

    const { connection, workspaces } = inject("installation");
    const db = openDb({ connection, workspaces, max: 1 });
    const html = '<p>Velkommen til <b>konserten</b></p><script>document.title = "taken over"</script>';
    await send(
      db,
      mailBatch(workspaceId, [], {
        workspace: { workspace_id: workspaceId, name: "Salong Kari", language: "en" },
        class: "marketing",
        subscription_type: { id: type, needs_consent: true },
        template: { subject: template("The concert"), text: template("Velkommen"), html: template(html) },
        reply_to: "post@salong.example",
        people: [{ contact_id: contact.id, email, values: {} }],
        attachments: [{ name: "billett.ics", type: "text/calendar", content: Buffer.from("BEGIN:VCALENDAR") }],
      }),
    );
    await db.close();

    const browserContext = await openContext(journey.browser);
    const page = await browserContext.newPage();
    explainFailure(context, page);
    await journey.signIn(page);
    await page.goto(`${url}/sandbox/mailbox?to=${email}`);
    await page.getByRole("heading", { name: "The concert" }).waitFor();
    await page.getByText("Replies to post@salong.example").waitFor();
    await page.getByText("billett.ics · text/calendar · 15 bytes").waitFor();
    await page.getByText("As HTML").click();
    await page.frameLocator('iframe[title="HTML of “The concert”"]').getByText("konserten").waitFor();
    expect(await page.title()).not.toContain("taken over");
    await expectAccessible(page);
    await expectNoOverflow(page);

    const link = (await page.getByRole("link", { name: /\/api\/v1\/unsubscribe\// }).getAttribute("href")) ?? "";
    const strangers = await openContext(journey.browser);
    const stranger = await strangers.newPage();
    await stranger.goto(new URL(new URL(link).pathname, url).href);
    await stranger.getByRole("heading", { level: 1, name: "Unsubscribe" }).waitFor();
    await stranger.getByText(`Should ${email} get no more e-mail about “Marketing” from Salong Kari?`).waitFor();
    await expectAccessible(stranger);
    type Consent = { current: { granted: boolean }[] };
    expect((await must<Consent>(`GET /contacts/${contact.id}/consent`)).current[0]?.granted).toBe(true);
    await stranger.getByRole("button", { name: "Unsubscribe" }).click();
    await stranger.getByRole("status").waitFor();
    await expectAccessible(stranger);
    await until(async () =>
      expect((await must<Consent>(`GET /contacts/${contact.id}/consent`)).current[0]?.granted).toBe(false),
    );
    const { items } = await must<{ items: { status: string; to: string }[] }>(`GET /mails?to=${email}`);
    expect(items).toMatchObject([{ status: "sent", to: email }]);
  },
);
