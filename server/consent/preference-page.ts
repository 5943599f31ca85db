/** The page of preferences, and what it says. */
import type { Language } from "../../contract/shapes.ts";
import { escapeHtml } from "../../rules/escape-html.ts";
import { publicPage } from "../kit/public-page.ts";
import type { Preference, Preferences } from "./preferences.ts";

interface Words {
  title(business: string): string;
  text(business: string): string;
  sms: string;
  email: string;
  save: string;
  saved: string;
  stopped: string;
  nothing(business: string): string;
  leaveTitle: string;
  leaveText(business: string): string;
  leave: string;
  left(business: string): string;
  unknownTitle: string;
  unknown: string;
}

const words: Record<Language, Words> = {
  en: {
    title: (business) => `What you get from ${business}`,
    text: (business) => `Choose what ${business} may send you.`,
    sms: "By text message",
    email: "By e-mail",
    save: "Save",
    saved: "Saved.",
    stopped: "You have stopped all text messages. If you tick one and save, you get those again.",
    nothing: (business) => `${business} sends nothing that you could choose here.`,
    leaveTitle: "Send me nothing more",
    leaveText: (business) =>
      `You get no more offers or news from ${business}, neither as texts nor by e-mail, and no other texts either.`,
    leave: "Stop everything",
    left: (business) => `Done. ${business} sends you nothing more.`,
    unknownTitle: "We can’t find that page",
    unknown: "Check that you have copied the whole link from the message.",
  },
  nb: {
    title: (business) => `Det du får fra ${business}`,
    text: (business) => `Velg hva ${business} kan sende deg.`,
    sms: "På SMS",
    email: "På e-post",
    save: "Lagre",
    saved: "Lagret.",
    stopped: "Du har stoppet alle SMS. Krysser du av for noe og lagrer, får du det igjen.",
    nothing: (business) => `${business} sender ikke noe du kan velge her.`,
    leaveTitle: "Ikke send meg noe mer",
    leaveText: (business) =>
      `Du får ikke flere tilbud eller nyheter fra ${business}, verken på SMS eller e-post, og heller ingen andre SMS.`,
    leave: "Stopp alt",
    left: (business) => `Ferdig. ${business} sender deg ikke noe mer.`,
    unknownTitle: "Vi finner ikke siden",
    unknown: "Sjekk at du har fått med hele lenken fra meldingen.",
  },
  sv: {
    title: (business) => `Det du får från ${business}`,
    text: (business) => `Välj vad ${business} får skicka till dig.`,
    sms: "Via sms",
    email: "Via e-post",
    save: "Spara",
    saved: "Sparat.",
    stopped: "Du har stoppat alla sms. Om du kryssar för något och sparar får du det igen.",
    nothing: (business) => `${business} skickar inget som du kan välja här.`,
    leaveTitle: "Skicka inget mer till mig",
    leaveText: (business) =>
      `Du får inga fler erbjudanden eller nyheter från ${business}, varken via sms eller e-post, och inte heller några andra sms.`,
    leave: "Stoppa allt",
    left: (business) => `Klart. ${business} skickar ingenting mer till dig.`,
    unknownTitle: "Vi hittar inte sidan",
    unknown: "Kontrollera att du fick med hela länken från meddelandet.",
  },
  da: {
    title: (business) => `Det, du får fra ${business}`,
    text: (business) => `Vælg, hvad ${business} må sende dig.`,
    sms: "På sms",
    email: "På e-mail",
    save: "Gem",
    saved: "Gemt.",
    stopped: "Du har stoppet alle sms’er. Sætter du kryds ved noget og gemmer, får du det igen.",
    nothing: (business) => `${business} sender ikke noget, som du kan vælge her.`,
    leaveTitle: "Send mig ikke mere",
    leaveText: (business) =>
      `Du får ikke flere tilbud eller nyheder fra ${business}, hverken på sms eller e-mail, og heller ingen andre sms’er.`,
    leave: "Stop alt",
    left: (business) => `Færdig. ${business} sender dig ikke mere.`,
    unknownTitle: "Vi kan ikke finde siden",
    unknown: "Tjek, at du har fået hele linket fra beskeden med.",
  },
};

/** What was said beside a choice, as proof of a consent. */
export const wordingOf = (language: Language, business: string, { type_name, channel, on }: Preference): string =>
  `${words[language].text(business)} ${type_name}, ${words[language][channel]}: ${on ? "✓" : "–"}`;

/** The page; `done` is what has just been done. Its forms post to the page's own address. */
export function preferencePage(
  language: Language,
  { business, preferences, stopped }: Preferences,
  done: "saved" | "left" | null,
): string {
  const say = words[language];
  const note = (text: string) => `<p>${escapeHtml(text)}</p>`;
  const said = done && `<p role="status">${escapeHtml(done === "left" ? say.left(business) : say.saved)}</p>`;
  const types = Map.groupBy(preferences, ({ type_id }) => type_id);
  const fields = [...types.values()].map((own) => {
    const boxes = own.map(({ type_id, channel, on }) => {
      const name = `${type_id} ${channel}`;
      return `<label><input type="checkbox" name="on" value="${name}"${on ? " checked" : ""}>${say[channel]}</label><input type="hidden" name="shown" value="${name}">`;
    });
    return `<fieldset><legend>${escapeHtml(own[0]?.type_name ?? "")}</legend>${boxes.join("")}</fieldset>`;
  });
  const form =
    fields.length === 0
      ? note(say.nothing(business))
      : `${note(say.text(business))}${stopped && done !== "left" ? note(say.stopped) : ""}<form method="post">${fields.join("")}<button name="do" value="save">${say.save}</button></form>`;
  const leave = `<hr><h2>${say.leaveTitle}</h2>${note(say.leaveText(business))}<form method="post"><button class="plain" name="do" value="leave">${say.leave}</button></form>`;
  return publicPage(language, say.title(business), `${said ?? ""}${form}${leave}`);
}

/** Of a code that never was, or whose contact is erased. */
export const unknownPreferences = (language: Language): string =>
  publicPage(language, words[language].unknownTitle, `<p>${words[language].unknown}</p>`);
