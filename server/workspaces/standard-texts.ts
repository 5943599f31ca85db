/**
 * The texts of a new workspace. GSM 03.38 characters only: one typographic quote in the opt-out text would make every campaign
 * UCS-2 and more than double its segments.
 */
import type { Language } from "../../contract/shapes.ts";

/** The texts that every workspace has. */
export interface StandardTexts {
  opt_out_text: string;
  help_text: string;
  opt_out_confirmation: string;
  opt_in_confirmation: string;
}

const longestName = 60;

/** The standard texts in a language, with the workspace's name as far as GSM 03.38 can write it. */
export function standardTexts(language: Language, workspaceName: string): StandardTexts {
  return texts[language](gsmName(workspaceName));
}

const texts: Record<Language, (name: string) => StandardTexts> = {
  en: (name) => ({
    opt_out_text: "Reply STOP to opt out",
    help_text: `${name}: Reply STOP to get no more texts from us, START to get them again.`,
    opt_out_confirmation: `${name}: You are unsubscribed and will get no more texts from us. Reply START to subscribe again.`,
    opt_in_confirmation: `${name}: You are subscribed again. Reply STOP to unsubscribe.`,
  }),
  nb: (name) => ({
    opt_out_text: "Svar STOPP for å melde deg av",
    help_text: `${name}: Svar STOPP for å slippe flere meldinger fra oss, START for å få dem igjen.`,
    opt_out_confirmation: `${name}: Du er meldt av og får ikke flere meldinger fra oss. Svar START for å melde deg på igjen.`,
    opt_in_confirmation: `${name}: Du er meldt på igjen. Svar STOPP for å melde deg av.`,
  }),
  sv: (name) => ({
    opt_out_text: "Svara STOPP för att avregistrera dig",
    help_text: `${name}: Svara STOPP för att slippa fler sms från oss, START för att få dem igen.`,
    opt_out_confirmation: `${name}: Du är avregistrerad och får inga fler sms från oss. Svara START för att få dem igen.`,
    opt_in_confirmation: `${name}: Du är registrerad igen. Svara STOPP för att avregistrera dig.`,
  }),
  da: (name) => ({
    opt_out_text: "Svar STOP for at afmelde",
    help_text: `${name}: Svar STOP for ikke at få flere sms'er fra os, START for at få dem igen.`,
    opt_out_confirmation: `${name}: Du er afmeldt og får ikke flere sms'er fra os. Svar START for at tilmelde dig igen.`,
    opt_in_confirmation: `${name}: Du er tilmeldt igen. Svar STOP for at afmelde dig.`,
  }),
};

// Letters and digits of the basic alphabet (3GPP TS 23.038, 6.2.1), and those of its signs that take one septet.
const basic = /^[A-Za-z0-9 @£$¥èéùìòÇØøÅåÆæßÉ!"#¤%&'()*+,\-./:;<=>?¡ÄÖÑÜ§¿äöñüà_]*$/;

/** The name in the basic alphabet: missing accents are dropped, other characters removed. */
function gsmName(name: string): string {
  const written = [...name.normalize("NFC")]
    .map((character) => (basic.test(character) ? character : character.normalize("NFD").replace(/\p{M}/gu, "")))
    .map((character) => (character === "’" || character === "‘" ? "'" : character))
    .map((character) => (character === "–" || character === "—" ? "-" : character))
    .filter((character) => basic.test(character))
    .join("")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, longestName)
    .trim();
  return written === "" ? "SMS" : written;
}
