/** A salon makes its first workflow in Norwegian, tests it, and reads on its page what it decided. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { Booking } from "../contract/bookings.ts";
import type { Workflow } from "../contract/workflows.ts";
import { openContext } from "../testing/browser.ts";
import { explainFailure, openJourney } from "../testing/journey.ts";
import { expectAccessible, expectNoOverflow, shoot } from "../testing/look.ts";
import { until } from "../testing/until.ts";

const { must, url, browser, signIn } = await openJourney("workflows");
await must("PATCH /workspace", { language: "nb" });
const page = await (await openContext(browser)).newPage();

/** Axe finds nothing, nothing is wider than a phone, and screenshots are taken. */
async function lookAt(name: string): Promise<void> {
  await expectAccessible(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoOverflow(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  await shoot(page, name);
}

const heading = (name: string | RegExp) => page.getByRole("heading", { level: 1, name });
const button = (name: string | RegExp) => page.getByRole("button", { name });
const workflowNamed = async (name: string) =>
  (await must<{ items: Workflow[] }>("GET /workflows")).items.find((one) => one.name === name);

/** A booking by a customer, an hour long, so many days ahead. */
async function book(days: number, customer: object): Promise<Booking> {
  const start = new Date(Date.now() + days * 86_400_000);
  const end = new Date(start.getTime() + 3_600_000);
  return must<Booking>("POST /bookings", { customer, start: start.toISOString(), end: end.toISOString() });
}

/** What a phone of the sandbox has got. */
const textsOf = async (number: string) =>
  (await must<{ items: { text: string }[] }>(`GET /sandbox/phones/${encodeURIComponent(number)}/messages`)).items.map(
    ({ text }) => text,
  );

async function speakNorwegian(of: Page): Promise<void> {
  // Of the workspace's language already, or not yet.
  await of.getByRole("button", { name: /Your account|Kontoen din/ }).click();
  await of.getByRole("menuitemradio", { name: "Norsk bokmål" }).click();
  await of.getByRole("navigation", { name: "Hovednavigasjon" }).waitFor();
}

test("a workflow is made of three fields, filled in, tested, and tells what it decided", async (context) => {
  explainFailure(context, page);
  await must("POST /services", { name: "Klipp" });
  await signIn(page);
  await speakNorwegian(page);
  await page.getByRole("link", { name: "Arbeidsflyt" }).click();
  await page.getByText("Ingen arbeidsflyter ennå").waitFor();
  await page.getByText("Ferdige arbeidsflyter").waitFor();
  await lookAt("workflows-empty");

  // Three fields.
  await page.getByRole("link", { name: "Lag ny arbeidsflyt" }).first().click();
  await heading("Ny arbeidsflyt").waitFor();
  await page.getByLabel("Navn på arbeidsflyten").fill("SMS ved ny booking");
  await page.getByLabel("Når dette skjer").selectOption({ label: "Ny booking" });
  await page.getByLabel("Gjør dette").selectOption({ label: "Send SMS" });
  await lookAt("workflow-new");
  await button("Neste").click();

  // Three parts, each opened in its place.
  await heading("SMS ved ny booking").waitFor();
  await page.getByText("Ny booking · alle tjenester · alle steder").waitFor();
  await button("Endre: Når").click();
  const services = page.getByRole("combobox", { name: "Tjenester" });
  await services.click();
  await page.getByRole("option", { name: "Klipp" }).click();
  await page.keyboard.press("Escape");
  await lookAt("workflow-when");
  await button("Fjern Klipp").click();
  await button("Ferdig: Når").click();

  // What is missing is said where it is missing.
  await button("Lagre").first().click();
  await page.getByText("Skriv teksten.").waitFor();
  const numbers = page.getByLabel("Faste numre");
  await numbers.fill("912 34");
  await numbers.press("Enter");
  await page.getByText("«912 34» er ikke et gyldig nummer.").waitFor();
  await button("Fjern 912 34").click();
  await numbers.fill("kari");
  await numbers.press("Enter");
  await page.getByText("«kari» er ikke et telefonnummer.").waitFor();
  await numbers.fill("0047 400 00 111");
  await numbers.press("Enter");
  await page.getByText("Sendes fra Reservasjon. Mottakerne kan ikke svare på den.").waitFor();

  const text = page.getByRole("textbox", { name: "Innhold" });
  await text.click();
  await text.pressSequentially("Hei {{forn");
  await page.getByRole("option", { name: /^Fornavn Kari/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Sett inn" }).click();
  await text.pressSequentially("! Velkommen kl. ");
  await button("Nøkkelord").click();
  await page.getByRole("dialog").getByLabel("Egenskap").selectOption({ label: "Klokkeslett" });
  await page.getByText("For eksempel: 14:00").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Sett inn" }).click();
  await page
    .getByRole("region", { name: /Telefon som viser meldingen fra Reservasjon/ })
    .getByText(/^Hei \S+! Velkommen kl\. \d\d:\d\d$/)
    .waitFor();
  await page.getByText(/^Vanlig kunde: 1 segment/).waitFor();
  await page.getByText("Fylt ut med et eksempel").waitFor();
  await lookAt("workflow-sms");

  // Saved and tested: the number begins with the country's code, and a wrong one is told at its field.
  await button("Lagre og test").click();
  const dialog = page.getByRole("dialog", { name: "Send en test" });
  const number = dialog.getByLabel("Nummeret ditt");
  expect(await number.inputValue()).toBe("+47");
  await dialog.getByRole("button", { name: "Send test" }).click();
  await dialog.getByText("Skriv nummeret etter landskoden.").waitFor();
  await number.fill("+47 123");
  await dialog.getByRole("button", { name: "Send test" }).click();
  await dialog.getByText(/«\+47 123» er ikke et gyldig nummer/).waitFor();
  await number.fill("+47 400 00 222");
  await dialog.getByRole("button", { name: "Send test" }).click();
  await dialog
    .getByRole("region", { name: /Telefon som viser/ })
    .getByText(/^Hei .*Velkommen kl\./)
    .waitFor();
  await lookAt("workflow-tested");
  await until(async () => (await textsOf("+4740000222")).length === 1);
  await dialog.getByRole("button", { name: "Ferdig" }).click();
  const made = await workflowNamed("SMS ved ny booking");
  expect(made).toMatchObject({
    enabled: true,
    do: [{ action: "send_sms", to: { customer: true, numbers: ["+4740000111"] } }],
  });

  // A booking is made elsewhere: the customer and the fixed number are told, and the page says so.
  const booking = await book(3, { first_name: "Ola", last_name: "Nordmann", mobile: "400 00 333" });
  await until(async () => (await textsOf("+4740000333")).some((one) => one.startsWith("Hei Ola! Velkommen kl. ")));
  await until(async () => (await textsOf("+4740000111")).length === 1);
  const decided = page.getByRole("table", { name: "Avgjort" });
  const row = decided.getByRole("row", { name: /Ola Nordmann/ });
  await row.getByText("Sendt", { exact: true }).first().waitFor();
  await row.getByRole("link", { name: booking.reference }).waitFor();
  await book(4, { first_name: "Fast", last_name: "Telefon", mobile: "22 33 44 55" });
  await decided.getByText("Fasttelefon, kan ikke få SMS").waitFor();
  await lookAt("workflow");
});

test("a reminder asks about the bookings ahead before it is on, and the list shows and switches all", async (context) => {
  explainFailure(context, page);
  await page.goto(`${url}/workflows/new?name=P%C3%A5minnelse&trigger=before_start&action=send_sms`);
  await button(/^Endre: Send SMS/).click();
  await page.getByRole("textbox", { name: "Innhold" }).fill("Vel møtt i morgen!");
  await button("Endre: Når").click();
  await page.getByLabel("Enhet: Hvor lenge før start").selectOption({ label: "dager" });
  await page.getByLabel("Hvor lenge før start", { exact: true }).fill("1");
  await page
    .getByText(/En booking mandag kl\. 14:00: Meldingen går søndag kl\. 14:00, også når klokken stilles\./)
    .waitFor();
  await page.getByLabel("På et bestemt klokkeslett").check();
  await button("Lagre").first().click();

  const dialog = page.getByRole("dialog", { name: "Slå på «Påminnelse»?" });
  const also = dialog.getByLabel("Også for de 2 bookingene som ligger foran");
  expect(await also.isChecked()).toBe(false);
  await lookAt("workflow-enable");
  await also.check();
  await dialog.getByRole("button", { name: "Slå på" }).click();
  await page.getByText("Dagen før kl. 18:00 · alle tjenester · alle steder").waitFor();
  await page.getByText("Treffer 2 bookinger framover.").waitFor();
  await page
    .getByRole("table", { name: "Står for tur" })
    .getByRole("row", { name: /Ola Nordmann/ })
    .waitFor();
  await lookAt("workflow-ahead");

  // Off, a copy, and gone again.
  await page.getByRole("switch", { name: "Arbeidsflyten er på" }).click();
  await page.getByText("Arbeidsflyten er av: Den sender ingenting før du slår den på.").waitFor();
  await button("Flere valg").click();
  await page.getByRole("menuitem", { name: "Lag en kopi" }).click();
  await heading("Påminnelse (kopi)").waitFor();
  expect(await workflowNamed("Påminnelse (kopi)")).toMatchObject({ enabled: false });
  await button("Flere valg").click();
  await page.getByRole("menuitem", { name: "Slett arbeidsflyten" }).click();
  await page
    .getByRole("dialog", { name: "Slette arbeidsflyten «Påminnelse (kopi)»?" })
    .getByRole("button", { name: "Slett arbeidsflyten" })
    .click();
  await heading("Arbeidsflyt").waitFor();
  const table = page.getByRole("table", { name: "Arbeidsflyt" });
  const row = table.getByRole("row", { name: /SMS ved ny booking/ });
  await row.getByText("Send SMS til kunden og 400 00 111").waitFor();
  expect(await table.getByRole("row", { name: /kopi/ }).count()).toBe(0);
  await row.getByRole("switch").click();
  await row.getByText("Av", { exact: true }).waitFor();
  expect(await workflowNamed("SMS ved ny booking")).toMatchObject({ enabled: false });
  await lookAt("workflows");
});

test("what somebody else has saved meanwhile is told, and nothing typed is lost", async (context) => {
  explainFailure(context, page);
  const workflow = await workflowNamed("SMS ved ny booking");
  await page.goto(`${url}/workflows/${workflow?.id}`);
  await button("Endre: Navn").click();
  await page.getByLabel("Navn på arbeidsflyten").fill("Bekreftelse");
  await must(`PATCH /workflows/${workflow?.id}`, { merge: true });
  await button("Lagre").first().click();
  await page.getByText(/Noen andre lagret arbeidsflyten kl\./).waitFor();
  await expectAccessible(page);
  expect(await page.getByLabel("Navn på arbeidsflyten").inputValue()).toBe("Bekreftelse");
  await button("Behold mitt").click();
  await button("Lagre").first().click();
  await heading("Bekreftelse").waitFor();
  expect(await workflowNamed("Bekreftelse")).toMatchObject({ merge: true, enabled: false });

  // Where nothing is typed it is simply shown, and what is typed stays when the workflow is switched on.
  await must(`PATCH /workflows/${workflow?.id}`, { name: "Velkommen" });
  await heading("Velkommen").waitFor();
  await button("Endre: Navn").click();
  await page.getByLabel("Navn på arbeidsflyten").fill("Hei");
  await must(`PATCH /workflows/${workflow?.id}`, { merge: false });
  await button("Slå på").click();
  await page.getByText("«Velkommen» er på.").waitFor();
  await button("Lagre").first().click();
  await heading("Hei").waitFor();
  expect(await workflowNamed("Hei")).toMatchObject({ merge: false, enabled: true });
});

test("a mail has a subject with keywords and attachments, in more than one language, and actions move by keyboard", async (context) => {
  explainFailure(context, page);
  await page.goto(`${url}/workflows/new?name=Takk&trigger=after_end&action=change_status`);
  await button("Legg til handling").click();
  await page.getByRole("menuitem", { name: "Send e-post" }).click();
  await page.getByLabel("Emne").fill("Takk, ");
  await button("Nøkkelord").first().click();
  await page.getByRole("dialog").getByLabel("Type").selectOption({ label: "Kunde" });
  await page.getByRole("dialog").getByRole("button", { name: "Sett inn" }).click();
  await page.getByRole("textbox", { name: "Innhold" }).fill("Vi ses igjen!");
  await page.getByLabel("Legg ved en kalenderoppføring").check();
  await page
    .getByRole("region", { name: "E-posten" })
    .getByText(/^Takk, \S+$/)
    .waitFor();
  await button("Tekst på et annet språk").click();
  await page.getByRole("menuitem", { name: "engelsk" }).click();
  await page.getByLabel("Emne").fill("Thanks");
  await page.getByRole("textbox", { name: "Innhold" }).fill("See you again!");
  await page.getByRole("tab", { name: "Hovedtekst" }).click();
  expect(await page.getByRole("textbox", { name: "Innhold" }).inputValue()).toBe("Vi ses igjen!");
  await lookAt("workflow-email");

  await button(/^Flytt opp: Send e-post/).press("Enter");
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label")))
    .toMatch(/^Flytt ned: Send e-post/);
  await button(/^Endre: Endre status/).click();
  await page.getByLabel("Ny status").selectOption({ label: "Fullført" });
  await button("Lagre").first().click();
  await page.getByRole("dialog", { name: "Slå på «Takk»?" }).getByRole("button", { name: "Slå på" }).click();
  // The editor says what it does before it is saved, too.
  await expect.poll(async () => (await workflowNamed("Takk"))?.enabled).toBe(true);
  await page.getByText("Endre status til Fullført").waitFor();
  expect(await workflowNamed("Takk")).toMatchObject({
    enabled: true,
    when: { trigger: "after_end", hours: 2 },
    do: [
      { action: "send_email", ics: true, subjects: { en: "Thanks" }, texts: { en: "See you again!" } },
      { action: "change_status", status: "completed" },
    ],
  });
});
