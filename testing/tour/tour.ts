/**
 * `npm run tour`: the pictures of docs/tour.md, taken from a fresh installation that a salon has worked with. Nothing is replaced
 * unless every page was reached.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Workspace } from "../../contract/accounts.ts";
import { openDb } from "../../server/kit/db.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../server/kit/embedded-postgres.ts";
import { workspaceConnection } from "../../server/kit/workspace-role.ts";
import type { ApiClient } from "../api-client.ts";
import { launchBrowser, openContext } from "../browser.ts";
import { mailBatch, send, template } from "../mail-batch.ts";
import { startTestServer, type TestServer } from "../server.ts";
import { startSmsc } from "../smsc.ts";
import { until } from "../until.ts";
import { startReceiver } from "../webhook-receiver.ts";
import { fillBookingPlaces } from "./booking-places.ts";
import { bookingsFile, fillBookings, fillMovedBooking } from "./bookings.ts";
import { openCamera } from "./camera.ts";
import { newsletterFile } from "./customers.ts";
import { imageFolder, pageRoutes, tourSections } from "./routes.ts";
import { erase, fillCarriers, fillPeople, fillSalon, useUpQuota } from "./salon.ts";
import { fillWorkflows } from "./workflows.ts";

const kari = { name: "Kari Hansen", email: "kari@salongsaks.example", password: "correct horse battery" };
const sorted = (names: Iterable<string>) => [...new Set(names)].toSorted();

let directory: string;
let postgres: EmbeddedPostgres;
let server: TestServer;
let browser: Browser;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "varsla-tour-"));
  closing.unshift(() => rm(directory, { recursive: true, force: true }));
  postgres = await startEmbeddedPostgres({
    directory: join(directory, "postgres"),
    settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off" },
  });
  closing.unshift(() => postgres.stop());
  // Names instead of ports, which differ from run to run.
  const env = { LINK_DOMAIN: "saks.example", MAIL_DOMAIN: "saks.example" };
  server = await startTestServer({ env, dataDir: directory });
  closing.unshift(() => server.stop());
  const started = await launchBrowser();
  closing.unshift(() => started.close());
  browser = await chromium.connect(started.wsEndpoint());
});
afterAll(async () => {
  for (const close of closing) await close();
});

test("the tour shows every page", { timeout: 600_000 }, async ({ onTestFailed }) => {
  const camera = openCamera();
  const [page, visitor] = (await Promise.all([openPage(), openPage()])) as [Page, Page];
  onTestFailed(async () => {
    const path = join(import.meta.dirname, "..", "..", "test-results", "tour.png");
    await page.screenshot({ path, fullPage: true });
    await camera.save(join(import.meta.dirname, "..", "..", "test-results", "tour"));
    console.error(`The page when the tour failed: ${path}, ${page.url()}\n${server.output()}`);
  });

  /** Opens a page of the application and takes its picture once `sign` is on it. */
  async function show(route: string, image: string, address: string, sign: string | RegExp, act?: () => Promise<void>) {
    await page.goto(`${server.url}${address}`, { waitUntil: "networkidle" });
    await page.getByText(sign).filter({ visible: true }).first().waitFor();
    await act?.();
    await camera.take(page, image, route);
  }

  const phoneShows = () =>
    page
      .getByRole("region", { name: /^Phone showing/ })
      .getByText("Svar STOPP")
      .waitFor();

  // Set up by the terminal's link.
  await page.goto(server.setUpLink ?? "");
  await page.getByLabel("Name of the business").fill("Salong Saks");
  await page.getByLabel("Country").selectOption("NO");
  await page.getByLabel("Language").selectOption("nb");
  await page.getByLabel("Your name").fill(kari.name);
  await page.getByLabel("E-mail").fill(kari.email);
  await page.getByLabel("Password", { exact: true }).fill(kari.password);
  await camera.take(page, "set-up", "/setup");
  await page.getByRole("button", { name: "Create workspace" }).click();
  const navigation = page.getByRole("navigation", { name: "Main navigation" });
  await navigation.waitFor();
  await camera.take(page, "home-first", "/");

  const api = sessionClient(page);
  const { must } = api;
  const receiver = await startReceiver();
  await fillBookingPlaces(api);
  const salon = await fillSalon(api, server.url, receiver.url);
  await fillBookings(api, new Date());
  const invitation = await fillPeople(api, server.url, (email) => linkTo(api, email, "/invitations/"));

  // Signing in, and out of an invitation or a forgotten password.
  await visitor.goto(`${server.url}/sign-in`);
  await visitor.getByLabel("E-mail").fill(kari.email);
  await camera.take(visitor, "sign-in", "/sign-in");
  await visitor.goto(`${server.url}/forgot-password`);
  await visitor.getByLabel("E-mail").fill(kari.email);
  await camera.take(visitor, "forgot-password", "/forgot-password");
  await visitor.keyboard.press("Enter");
  await visitor.goto(await linkTo(api, kari.email, "/reset-password"));
  await visitor.getByLabel("New password").waitFor();
  await camera.take(visitor, "reset-password", "/reset-password");
  await visitor.goto(invitation);
  await visitor.getByLabel("Your name").fill("Mathilde Nærbø");
  await camera.take(visitor, "invitation", "/invitations/$token");

  // Every day.
  await show("/", "home", "/", "Høstklipp");
  await show("/campaigns", "campaigns", "/campaigns", "Godt nytt år");
  await show("/campaigns/new", "campaign-new", "/campaigns/new", "New campaign", async () => {
    await page.getByLabel("Name").fill("Vårens farger");
  });
  const { sent, paused, draft } = salon.campaigns;
  await show("/campaigns/$id/edit", "campaign-edit", `/campaigns/${draft}/edit`, "Kunder ·", phoneShows);
  await show("/campaigns/$id/review", "campaign-review", `/campaigns/${draft}/review`, "Send now", async () => {
    await phoneShows();
    await askWhy(page, "Ingrid Myhre", "Ingrid Myhre does not get it");
  });
  await page.getByRole("button", { name: "Schedule" }).click();
  await page.getByRole("dialog").getByLabel("Date").waitFor();
  await camera.take(page, "campaign-schedule", "/campaigns/$id/review");
  await show("/campaigns/$id", "campaign", `/campaigns/${sent}`, "Click rate", phoneShows);
  await show("/campaigns/$id", "campaign-paused", `/campaigns/${paused}`, /Paused: \d+ of/, phoneShows);
  const recipients = `/campaigns/${sent}/recipients`;
  await show("/campaigns/$id/recipients", "campaign-recipients", recipients, "Bråten", phoneShows);

  await show("/bookings", "agenda", "/bookings", "Klipp og farge");
  await show("/bookings", "agenda-week", "/bookings?view=week", "Klipp og farge");
  await show("/bookings/list", "bookings", "/bookings/list", "Dameklipp");
  await show("/bookings/import", "booking-import", "/bookings/import", "Import bookings", async () => {
    const file = { name: "timebok.csv", mimeType: "text/csv", buffer: Buffer.from(bookingsFile(new Date())) };
    await page.getByLabel("File").setInputFiles(file);
    await page.getByRole("cell", { name: "Signe Holm" }).first().waitFor();
  });

  await show("/contacts", "contacts", "/contacts", "Bråten");
  const { talker, leaver } = salon;
  await show("/contacts/$id", "contact", `/contacts/${talker.id}`, "Så bra, da ses vi på fredag!");
  await show("/contacts/$id", "contact-consent", `/contacts/${leaver}?tab=consent`, "Kundeskjema i salongen");
  await show("/contacts/$id", "contact-bookings", `/contacts/${talker.id}?tab=bookings`, "Coming");
  await show("/contacts/$id/edit", "contact-edit", `/contacts/${talker.id}/edit`, "Save");
  await show("/contacts/new", "contact-new", "/contacts/new", "Save");
  await show("/contacts/imports/new", "import-new", "/contacts/imports/new", "Import contacts", async () => {
    const file = { name: "nyhetsbrev.csv", mimeType: "text/csv", buffer: Buffer.from(newsletterFile) };
    await page.getByLabel("File").setInputFiles(file);
    await page.getByRole("cell", { name: "Frøydis Nygård", exact: true }).waitFor();
    await page.getByLabel("Put everyone on a list").fill("Nyhetsbrev");
    await page.getByLabel("Record consent to").selectOption({ label: "Nyhetsbrev" });
    await page.getByLabel("Source of the consent").fill("Påmelding på nettsiden");
  });
  await page.getByRole("button", { name: "Check the file" }).click();
  await page.getByRole("button", { name: /^Import \d+ (person|people)$/ }).waitFor();
  await camera.take(page, "import-check", "/contacts/imports/new");
  await show("/contacts/imports/$id", "import", `/contacts/imports/${salon.import}`, "Vigdis");
  await show("/contacts/imports", "imports", "/contacts/imports", "kunder.csv");
  await show("/lists", "lists", "/lists", "Stamkunder");
  await show("/lists/$id", "list", `/lists/${salon.lists.regulars}`, "Bråten");
  await show("/tray", "tray", "/tray", "Stopp. Tusen takk for meg!");

  // The sandbox.
  await show("/sandbox", "sandbox", "/sandbox", "Tusen takk for meg!");
  const phone = `/sandbox/phones/${encodeURIComponent(talker.mobile)}`;
  await show("/sandbox/phones/$number", "phone", phone, "Så bra, da ses vi på fredag!");
  const mail = await sendNewsletter(api, talker.id);
  await show("/sandbox/mailbox", "mailbox", "/sandbox/mailbox", "Nyhetsbrev fra Salong Saks");

  // Workflows.
  await show("/workflows", "workflows-first", "/workflows", "Ready-made");
  await show("/workflows/new", "workflow-new", "/workflows/new", "When this happens");
  const confirmation = await fillWorkflows(api);
  await show("/bookings/new", "booking-new", "/bookings/new", "Make booking", async () => {
    const field = page.getByRole("combobox", { name: "Customer" });
    await field.fill("Vilde Skog 412 34 567");
    await page.getByRole("option", { name: /^New customer/ }).click();
    await page.getByRole("combobox", { name: "Service" }).fill("Dame");
    await page.getByRole("option", { name: /^Dameklipp/ }).click();
    await page.getByText("Vilde Skog").waitFor();
  });
  await show("/workflows", "workflows", "/workflows", confirmation.name);
  const moved = await fillMovedBooking(api, new Date());
  await show("/bookings/$id", "booking", `/bookings/${moved}`, "Workflows for this booking");
  await show("/bookings/$id", "booking-history", `/bookings/${moved}?tab=history`, "By the customer");
  await show("/bookings/$id/edit", "booking-edit", `/bookings/${moved}/edit`, "Save booking");
  await show("/workflows/$id", "workflow", `/workflows/${confirmation.id}`, "Ingrid Solheim");
  await show("/workflows/$id", "workflow-edit", `/workflows/${confirmation.id}`, "Ingrid Solheim", async () => {
    await page.getByRole("button", { name: /^Change: Send SMS/ }).click();
    await page.getByText("Typical customer:").waitFor();
  });

  // What recipients see.
  const { url: preferences } = await must<{ url: string }>(`GET /contacts/${talker.id}/preferences-link`);
  await visitor.goto(`${server.url}${new URL(preferences).pathname}`);
  await camera.take(visitor, "preferences", "/p/$code");
  await visitor.goto(`${server.url}${new URL(await linkTo(api, mail, "/unsubscribe/")).pathname}`);
  await camera.take(visitor, "unsubscribe", "/api/v1/unsubscribe/$token");
  await visitor.goto(`${server.url}${await erase(api, server.url, salon.erased)}`);
  await camera.take(visitor, "link-gone", "/l/$code");
  await visitor.goto(`${server.url}/l/0000000000`);
  await camera.take(visitor, "link-unknown", "/l/$code");

  // Settings.
  await show("/settings", "workspace", "/settings", "Salong Saks");
  await show("/settings/people", "people", "/settings/people", "Jonas Åsheim");
  await show("/settings/api-keys", "api-keys", "/settings/api-keys", "Timebestilling");
  await show("/settings/subscription-types", "subscription-types", "/settings/subscription-types", "Timepåminnelser");
  await show("/settings/webhooks", "webhooks", "/settings/webhooks", "kassen.example");
  await show("/settings/webhooks/$id", "webhook", `/settings/webhooks/${salon.webhook}`, "Delivered");
  await show("/settings/retention", "retention", "/settings/retention", "Keep texts for");
  await show("/settings/audit-log", "audit-log", "/settings/audit-log", "Kari Hansen");
  await show("/settings/services", "services", "/settings/services", "Dameklipp");
  await show("/settings/locations", "locations", "/settings/locations", "Thorvald Meyers gate");
  await show("/settings/resources", "resources", "/settings/resources", "Behandlingsrom");
  await show("/settings/booking-statuses", "booking-statuses", "/settings/booking-statuses", "Pending");
  await show("/settings/bookings", "booking-settings", "/settings/bookings", "Sender of workflows");
  await show("/settings/carriers/new", "carrier-new", "/settings/carriers/new", "SMPP");
  const smsc = await startSmsc({ system_id: "salongsaks", password: "secret" });
  closing.unshift(() => smsc.stop());
  const carrier = await fillCarriers(api, smsc.port);
  await show("/settings/senders", "senders", "/settings/senders", "Nordisk SMS");
  await show("/settings/carriers", "carriers", "/settings/carriers", "Connected");
  await show("/settings/carriers/fallback", "carrier-fallback", "/settings/carriers/fallback", "All countries");
  await show("/settings/carriers/$id", "carrier", `/settings/carriers/${carrier}`, "Connected");
  await show("/settings/quiet-hours", "quiet-hours", "/settings/quiet-hours", "Norway");
  await must("PATCH /subscription", { allowance: 1_000 });
  await show("/subscription", "subscription", "/subscription", "Current subscription");
  await useUpQuota(api);
  await show("/alerts", "alerts", "/alerts", "80 % of the quota is used or reserved");
  await show("/account", "account", "/account", "Chrome on Linux");
  await show("/workspaces/new", "workspace-new", "/workspaces/new", "Create workspace");
  await visitor.goto(`${server.url}/docs`);
  await visitor
    .getByRole("heading", { level: 1, name: /Varsla/ })
    .first()
    .waitFor();
  await camera.take(visitor, "api-reference", "/docs");
  await show("/$", "not-found", "/no/such/page", /not|no/i);

  const sections = tourSections();
  const routes = pageRoutes();
  // The page of the workspace has two addresses, and its picture is taken at one.
  const reached = [...camera.routes(), "/settings/workspace"];
  expect(sorted(reached), "the pages that were reached").toEqual(sorted(routes));
  expect(sorted(camera.images()), "the images of docs/tour.md").toEqual(
    sorted(sections.flatMap(({ images }) => images)),
  );
  await camera.save(imageFolder);
});

async function openPage(): Promise<Page> {
  const context = await openContext(browser);
  context.setDefaultTimeout(60_000);
  // The workspace writes to its customers in Norwegian; the tour is in English.
  await context.addInitScript(() => localStorage.setItem("varsla.language", "en"));
  const page = await context.newPage();
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  return page;
}

/** The API as the person who is signed in calls it. */
function sessionClient(page: Page): Pick<ApiClient, "must"> {
  return {
    async must<Body>(line: string, body?: unknown) {
      const [method = "", path = ""] = line.split(" ");
      const csv = typeof body === "string";
      const answer = await page.request.fetch(`${server.url}/api/v1${path}`, {
        method,
        headers: {
          origin: server.url,
          ...(body !== undefined && { "content-type": csv ? "text/csv" : "application/json" }),
        },
        ...(body !== undefined && { data: csv ? body : JSON.stringify(body) }),
      });
      const text = await answer.text();
      expect(answer.ok(), `${line}: ${answer.status()} ${text}`).toBe(true);
      return (text === "" ? null : JSON.parse(text)) as Body;
    },
  };
}

/** The newest link of a kind that was mailed to an address. */
async function linkTo({ must }: Pick<ApiClient, "must">, email: string, kind: string): Promise<string> {
  return until(async () => {
    const { items } = await must<{ items: { text: string }[] }>(`GET /sandbox/mailbox?to=${encodeURIComponent(email)}`);
    const links = items.flatMap(({ text }) => text.match(/https?:\/\/\S+/g) ?? []);
    const found = links.find((link) => link.includes(kind));
    if (!found) throw new Error(`No mail to ${email} has a link with ${kind}.`);
    return found;
  });
}

async function askWhy(page: Page, name: string, answer: string): Promise<void> {
  const field = page.getByRole("combobox", { name: "Contact" });
  await field.click();
  await field.fill(name);
  await page.getByRole("option", { name: new RegExp(`^${name}`) }).click();
  await page.getByText(answer).waitFor();
}

/** A mail that can be unsubscribed from. It goes in at the mail door, since nothing in the application sends one yet. Returns its recipient. */
async function sendNewsletter({ must }: Pick<ApiClient, "must">, contact: string): Promise<string> {
  const { id, name } = await must<Workspace>("GET /workspace");
  const { email } = await must<{ email: string }>(`GET /contacts/${contact}`);
  await must("POST /consent-events", {
    contact_id: contact,
    subscription_type: "Nyhetsbrev",
    channel: "email",
    action: "grant",
    source: "Kundeskjema i salongen",
  });
  const { items } = await must<{ items: { id: string; name: string }[] }>("GET /subscription-types");
  const type = items.find((each) => each.name === "Nyhetsbrev")?.id as string;
  const { connection } = postgres;
  const db = openDb({ connection, workspaces: await workspaceConnection(connection), max: 1 });
  await send(
    db,
    mailBatch(id, [], {
      workspace: { workspace_id: id, name, language: "nb" },
      class: "marketing",
      subscription_type: { id: type, needs_consent: true },
      template: {
        subject: template("Nyhetsbrev fra Salong Saks"),
        text: template("Hei! Nå er høstens farger her. Velkommen innom!"),
        html: template("<p>Hei! Nå er <b>høstens farger</b> her. Velkommen innom!</p>"),
      },
      reply_to: "post@salongsaks.example",
      people: [{ contact_id: contact, email, values: {} }],
    }),
  );
  await db.close();
  return email;
}
