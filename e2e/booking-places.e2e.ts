/** What bookings are made of is set up by keyboard, in Norwegian: services, staff, locations, statuses, and the settings of bookings. */
import { expect, test } from "vitest";
import type { Workspace } from "../contract/accounts.ts";
import type { BookableResource, Location, Service } from "../contract/booking-places.ts";
import { openContext } from "../testing/browser.ts";
import { explainFailure, openJourney } from "../testing/journey.ts";
import { expectAccessible, expectNoOverflow, shoot } from "../testing/look.ts";

const { must, url, browser, signIn } = await openJourney("booking-places");
const context = await openContext(browser);
context.setDefaultTimeout(20_000);
const page = await context.newPage();

const heading = (name: string) => page.getByRole("heading", { level: 1, name, exact: true });
const button = (name: string) => page.getByRole("button", { name, exact: true });
const row = (name: string | RegExp) => page.getByRole("row", { name });
const dialog = page.getByRole("dialog");
const press = (key: string) => page.keyboard.press(key);
const itemsOf = async <Item>(path: `/${string}`) => (await must<{ items: Item[] }>(`GET ${path}`)).items;

/** Axe on the page as it is, and at a phone's width. */
async function look(name: string) {
  await expectAccessible(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoOverflow(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  await shoot(page, name);
}

/** Goes to a section of the settings by the palette. */
async function jumpTo(words: string, title: string) {
  await press("Control+k");
  await page.getByRole("combobox").fill(words);
  await page.getByRole("option", { name: title, exact: true }).waitFor();
  await press("Enter");
  await heading(title).waitFor();
}

/** Types into the fields of the open dialog, one after the other, and submits it. */
async function fillDialog(...texts: string[]) {
  await dialog.waitFor();
  for (const [i, text] of texts.entries()) {
    if (i > 0) await press("Tab");
    await page.keyboard.type(text);
  }
  await press("Enter");
}

test("services, staff and locations are added, found, changed and archived", async (task) => {
  explainFailure(task, page);
  await signIn(page);
  await page.getByRole("button", { name: /Your account|Kontoen din/ }).click();
  await page.getByRole("menuitemradio", { name: "Norsk bokmål" }).click();

  await jumpTo("tjenester", "Tjenester");
  await page.getByText("Ingen tjenester ennå").waitFor();
  await button("Ny tjeneste").first().focus();
  await press("Enter");
  await dialog.waitFor();
  await page.keyboard.type("Klipp");
  await press("Tab");
  await page.keyboard.type("halvannen time");
  await press("Enter");
  await dialog.getByText("Et helt tall fra 1 til 20 160, som er to uker.").waitFor();
  const duration = dialog.getByLabel("Varighet i minutter", { exact: false });
  await expect.poll(() => duration.evaluate((element) => element === document.activeElement)).toBe(true);
  await look("service-dialog");
  await duration.fill("90");
  await dialog.getByLabel("Pris", { exact: false }).fill("499,50");
  await press("Enter");
  await row("Klipp 1 t 30 min 499,50 kr Handlinger for Klipp").waitFor();
  expect(await itemsOf<Service>("/services")).toMatchObject([
    { name: "Klipp", duration_minutes: 90, price: 499.5, currency: "NOK" },
  ]);
  await must("POST /services", { name: "Farge", duration_minutes: 120, price: 1200 });

  // The same name again is refused at its field.
  await button("Ny tjeneste").click();
  await fillDialog("KLIPP");
  await dialog.getByText("Det finnes allerede en med dette navnet.").waitFor();
  await press("Escape");
  await dialog.waitFor({ state: "detached" });

  await jumpTo("ansatte", "Ansatte og ressurser");
  await button("Ny ressurs").first().click();
  await fillDialog("Anne", "912 34 567", "Anne@Salong.example");
  await row(/Anne .*912 34 567 anne@salong\.example/).waitFor();
  expect(await itemsOf<BookableResource>("/resources")).toMatchObject([
    { name: "Anne", mobile: "+4791234567", email: "anne@salong.example", locale: null },
  ]);

  await jumpTo("lokasjoner", "Steder");
  await button("Nytt sted").first().click();
  await dialog.waitFor();
  await dialog.getByLabel("Navn").fill("Nettmøte");
  await dialog.getByLabel("Tidssone").selectOption("America/New_York");
  await dialog.getByLabel("Folk deltar fra der de er").check();
  await look("location-dialog");
  await button("Legg til sted").click();
  await row(/Nettmøte På avstand .* America\/New York/).waitFor();
  await row(/Nettmøte/).focus();
  await press("Enter");
  await dialog.getByRole("heading", { name: "Rediger «Nettmøte»" }).waitFor();
  expect(await dialog.getByLabel("Tidssone").inputValue()).toBe("America/New_York");
  await dialog.getByLabel("Tidssone").selectOption("");
  await button("Lagre").click();
  await row(/Nettmøte .* Europe\/Oslo/).waitFor();
  expect(await itemsOf<Location>("/locations")).toMatchObject([{ time_zone: "Europe/Oslo", remote: true }]);

  // Archived ones are out of sight until somebody asks for them.
  await jumpTo("tjenester", "Tjenester");
  await page.getByRole("searchbox", { name: "Søk etter navn" }).fill("kli");
  await page.getByRole("button", { name: "Handlinger for Klipp" }).click();
  await page.getByRole("menuitem", { name: "Arkiver …" }).click();
  await dialog.getByText("Bookinger og arbeidsflyter som bruker det, beholder navnet").waitFor();
  await look("service-archive");
  await dialog.getByRole("button", { name: "Arkiver" }).click();
  await page.getByText("Ingen treff på «kli»").waitFor();
  await page.getByLabel("Vis arkiverte").check();
  await row(/Klipp Arkivert/).waitFor();
  await page.getByRole("searchbox", { name: "Søk etter navn" }).fill("");
  await row(/Farge/).waitFor();
  await look("services");
  await page.getByRole("button", { name: "Handlinger for Klipp" }).click();
  await page.getByRole("menuitem", { name: "Hent tilbake" }).click();
  await page.getByText("«Klipp» kan bookes igjen.").waitFor();
  expect((await itemsOf<Service>("/services")).map(({ name }) => name)).toEqual(["Farge", "Klipp"]);
});

test("a resource's calendar has an address that is copied, explained, and replaced", async (task) => {
  explainFailure(task, page);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const [anne] = await itemsOf<BookableResource>("/resources");
  const { url: first } = await must<{ url: string }>(`GET /resources/${anne?.id}/calendar-link`);
  await page.goto(`${url}/settings/resources`);
  await button("Handlinger for Anne").click();
  await page.getByRole("menuitem", { name: "Kalender …" }).click();
  await dialog.getByRole("heading", { name: "«Anne» i en kalender" }).waitFor();
  const address = dialog.getByLabel("Adressen til kalenderen");
  await expect.poll(() => address.inputValue()).toBe(first);
  for (const program of ["Google Kalender", "Apple Kalender", "Outlook"])
    await dialog.getByText(program, { exact: true }).waitFor();
  await look("resource-calendar");
  await dialog.getByRole("button", { name: "Kopier" }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(first);
  const status = async (feed: string) => (await fetch(feed)).status;
  expect(await status(first)).toBe(200);

  await dialog.getByRole("button", { name: "Ny adresse …" }).click();
  await dialog.getByRole("heading", { name: "Ny adresse for «Anne»?" }).waitFor();
  await look("resource-calendar-renew");
  await dialog.getByRole("button", { name: "Lag ny adresse" }).click();
  await page.getByText("Kalenderen har fått en ny adresse.").waitFor();
  await expect.poll(() => address.inputValue()).not.toBe(first);
  expect([await status(first), await status(await address.inputValue())]).toEqual([404, 200]);
  await press("Escape");
  await dialog.waitFor({ state: "detached" });
});

test("a row's menu stays open while what is searched for is still on its way, also on a slow machine", async (task) => {
  explainFailure(task, page);
  await page.goto(`${url}/settings/services`);
  await row(/Farge/).waitFor();
  await row(/Klipp/).waitFor();
  const machine = await context.newCDPSession(page);
  await machine.send("Emulation.setCPUThrottlingRate", { rate: 6 });
  let answer = () => {};
  const opened = new Promise<void>((done) => (answer = done));
  await page.route("**/api/v1/services?*query=kli*", async (route) => {
    await opened;
    await route.continue();
  });
  await page.getByRole("searchbox", { name: "Søk etter navn" }).fill("kli");
  await page.locator("table[aria-busy=true]").waitFor();
  await page.getByRole("button", { name: "Handlinger for Klipp" }).click();
  const archive = page.getByRole("menuitem", { name: "Arkiver …" });
  await archive.waitFor();
  answer();
  await row(/Farge/).waitFor({ state: "detached" });
  expect(await archive.isVisible()).toBe(true);
  await archive.press("Escape");
  await page.unrouteAll();
  await machine.send("Emulation.setCPUThrottlingRate", { rate: 1 });
});

test("statuses get own names, and settings hold for all bookings", async (task) => {
  explainFailure(task, page);
  await jumpTo("bookingstatuser", "Bookingstatuser");
  await page.getByText("Ingen ennå.").waitFor();
  await button("Legg til navn").focus();
  await press("Enter");
  await button("Lagre").click();
  await page.getByText("Alle navnene må fylles ut.").waitFor();
  await page.getByLabel("Navn 1", { exact: true }).fill("Kommet");
  await button("Legg til navn").click();
  await page.getByLabel("Navn 2", { exact: true }).fill("cancelled");
  await button("Lagre").click();
  await page.getByText("«cancelled» er navnet på en innebygd status").waitFor();
  await page.getByLabel("Navn 2", { exact: true }).fill("Utsatt");
  await page.getByLabel("«Utsatt» står for").selectOption("pending");
  await look("booking-statuses");
  await button("Lagre").click();
  await page.getByText("Navnene er lagret.").waitFor();
  expect(await itemsOf("/booking-statuses")).toEqual([
    { name: "Kommet", stands_for: "confirmed" },
    { name: "Utsatt", stands_for: "pending" },
  ]);
  await button("Fjern Utsatt").click();
  await button("Lagre").click();
  await expect.poll(() => itemsOf("/booking-statuses")).toEqual([{ name: "Kommet", stands_for: "confirmed" }]);

  await jumpTo("påminnelser tidspunkt", "Bookinginnstillinger");
  const { address } = (await itemsOf<{ address: string }>("/senders"))[0] ?? { address: "" };
  const panel = (name: string) => page.locator("section", { has: page.getByRole("heading", { name }) });
  const workspace = () => must<Workspace>("GET /workspace");
  const sender = panel("Avsender for arbeidsflyter");
  await sender.getByRole("option", { name: /kan besvares/ }).waitFor({ state: "attached" });
  // The name that workflows of this workspace use, whatever language the reader has.
  await sender.getByRole("option", { name: "Navnet «Booking»" }).waitFor({ state: "attached" });
  await sender.getByLabel("Avsender").selectOption(address);
  await sender.getByRole("button", { name: "Lagre" }).click();
  await expect.poll(async () => (await workspace()).workflow_sender).toBe(address);

  const reminders = panel("Når påminnelser sendes");
  await reminders.getByLabel("Bare i et bestemt tidsrom").check();
  await reminders.getByLabel("Til").fill("20:00");
  await look("booking-settings");
  await reminders.getByRole("button", { name: "Lagre" }).click();
  await expect.poll(async () => (await workspace()).reminder_hours).toEqual({ from: "08:00", to: "20:00" });

  const customers = panel("Hva kundene kan gjøre");
  await customers.getByLabel("Kundene får en egen side").check();
  await customers.getByRole("button", { name: "Lagre" }).click();
  await expect.poll(async () => (await workspace()).customer_access).toBe(true);
  await page.goto(`${url}/settings/services`);
  await heading("Tjenester").waitFor();
});
