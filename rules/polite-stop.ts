/**
 * Texts that most likely mean STOP but contain more than the word: courtesies, a signature, a quote, a number of a list. They are
 * shown to a person and never acted upon automatically, because "stop by tomorrow" and "don't stop" mean something else.
 */
import { foldWords, withoutAccents, wordsOf } from "./folded-words.ts";
import type { Keyword } from "./keyword-sets.ts";

/** In longer texts the word is one of many. */
const longest = 1600;

/** Courtesies around a STOP. With any other word, as in "can't stop by", it is no STOP. */
const politeWords = new Set(
  // English
  (
    "please pls plz thanks thank you u thx ty kindly now ok okay hi hello dear there so much very no more all immediately " +
    "sending texting text texts message messages messaging sms send me this these the it any anymore " +
    // Norwegian, Swedish, Danish
    "takk tusen mange tack tak tusind vennligst venligst vänligen snälla nå nu hei hej alle alla mer mere flere fler så mycket " +
    "å att at sende skicka meldinger meldingene meldingar meddelanden beskeder meg mig det dette detta disse dessa på forhånd " +
    "förhand gjerne gerne straks genast " +
    // German
    "bitte danke vielen dank schön dankeschön hallo guten tag jetzt sofort keine mehr weitere nachrichten mir senden schicken " +
    // Finnish
    "kiitos kiitän hei moi terve heti nyt enää enempää viestejä viestit ei älkää lähettäkö minulle"
  ).split(" "),
);

/** Other ways to opt out that are no keyword, or consist of several words: "meld meg av", "bitte abmelden". */
const otherStops = new Set(
  (
    "remove takeoff takeofflist takeoffyourlist " +
    "meldav avmelding slutt fjern slett taav " +
    "avanmäl avanmälan avsluta avregistrering sluta tabort " +
    "meldaf afmelding frameld framelding afslut slet " +
    "abmelden abmeldung meldeab meldeichab abbestellen abbestellung austragen löschen aufhören " +
    "lopeta lopetan lopetus peruuta peruutus poista poistalistalta"
  ).split(" "),
);

/** Stop words that are common in other texts: "Cancel. I can't come at three." */
const ordinary = new Set(["cancel", "end", "quit", "revoke", "remove", "slutt", "slet", "peruuta", "poista"]);

/** The beginning of a signature that a mail program or handset adds, in the recipients' languages. */
const signature =
  /(?:^|\s)(?:--+\s*$|__+\s*$|(?:sent|get) (?:from|via|with|outlook for) (?:my |an? )?\S|(?:sendt|skickat|sänt) (?:fra|från) (?:min|mitt|en|et|ett|outlook|samsung)\b|(?:hent|skaffa|få|last ned) outlook\b|(?:von meinem|gesendet (?:von|mit|über))\b|(?:outlook für|lähetetty|hanki outlook)\b)[\s\S]*$/imu;

/** The beginning of a farewell, followed only by a name. */
const farewell =
  /(?:^|[\s,.!/–—-])(?:mvh|vh|kh|lg|mfg|br|t|terv|terveisin|(?:(?:med )?(?:vennlig|venlig|vänlig|vänliga|beste|bästa|bedste|kærlig|kjærlig|kind|best|warm|many) )?(?:hilsen|hilsener|hilsninger|hälsning|hälsningar|regards|wishes)|(?:(?:mit )?(?:freundlichen|freundliche|viele|liebe|beste|schöne) )?grüße?n?|gruß|gruss|sincerely|cheers|yours|ystävällisin terveisin)[\s,.!:–—-]+(?:\p{Lu}[\p{L}.'’-]*\s*){1,4}$/iu;

/** Lines that introduce a quote. */
const introduction =
  /^\s*(?:-{2,}.*(?:original|opprinnelig|ursprung|oprindelig|ursprüng|alkuperäinen).*|(?:on|den|am|il|le)\b.{4,120}\b(?:wrote|skrev|schrieb|kirjoitti)\b.{0,80}:?|.{4,120}\b(?:wrote|skrev|schrieb|kirjoitti):|(?:from|fra|från|von|lähettäjä)\s*:.*)\s*$/iu;

/** One to three names after the word, which is in capitals or separate: "STOP Kari Nordmann", "Stopp - Kari". */
const signed =
  /^\s*(?:\p{Lu}{3,}[\s,.:]+|\p{L}{3,}(?:\s+[/–—-]+\s+|\s*\/+\s*|\n))(?:\p{Lu}\p{Ll}[\p{L}'’-]*\s*){1,3}[.!]?\s*$/u;

/** Words in capitals after STOP that are not the name of a list. */
const noName = new Set(
  "at by in on for here there not dont ikke inte nicht ei på ved vid bei hier her här der då da".split(" "),
);

/** Recognises words that are keywords by themselves. */
export interface KeywordReader {
  /** The kind of a folded word. */
  keywordOf(folded: string): Keyword | undefined;
  /** Finds any stop word in joined folded words; most texts have none and need no further check. */
  anyStop: RegExp;
}

/** A reader of these folded words. */
export function keywordReader(words: ReadonlyMap<string, Keyword>): KeywordReader {
  const stops = [...words].flatMap(([word, kind]) => (kind === "stop" ? [word] : []));
  const patterns = [...stops, ...otherStops].map((word) => RegExp.escape(word));
  return { keywordOf: (folded) => words.get(folded), anyStop: new RegExp(patterns.join("|"), "u") };
}

/** Whether a text looks like a STOP without being exactly one. */
export function looksLikeStop(text: string, { keywordOf, anyStop }: KeywordReader): boolean {
  if (text.length > longest) return false;
  const words = wordsOf(text);
  const written = [words, words.filter((word) => !politeWords.has(word))].map((each) => withoutAccents(each.join("")));
  if (!written.some((each) => anyStop.test(each)) && !anyStop.test(words.join(""))) return false;
  const isStop = (folded: string) =>
    keywordOf(folded) === "stop" || keywordOf(withoutAccents(folded)) === "stop" || otherStops.has(folded);
  const said = withoutQuote(text).replace(signature, "").trim();
  if (isPolite(said)) return true;
  const unsigned = said.replace(farewell, "").trim();
  if (unsigned !== said && isPolite(unsigned)) return true;
  if (isNumbered(said) || isNamed(said)) return true;
  const lines = said.split(/\r\n|[\n\r]/).filter((line) => line.trim() !== "");
  const first = lines.find((line) => wordsOf(line).some((word) => !politeWords.has(word)));
  const sentences = said.split(/[.!?:;]+(?=\s|$)|[\n\r]+/u).filter((sentence) => wordsOf(sentence).length > 0);
  const opening = sentences.find((sentence) => wordsOf(sentence).some((word) => !politeWords.has(word)));
  return [first, opening, sentences.length > 1 ? sentences.at(-1) : undefined].some(
    (part) => part !== undefined && !ordinary.has(restOf(part)) && isPolite(part),
  );

  /** A stop word, or several keywords with one among them, and nothing but courtesies around. */
  function isPolite(part: string): boolean {
    if (part.length > 200) return false;
    const words = wordsOf(part);
    const rest = words.filter((word) => !politeWords.has(word));
    // A workspace's own keyword may contain a courtesy: "nei takk".
    if (isStop(words.join("")) || isStop(rest.join(""))) return true;
    return (
      rest.length > 0 &&
      rest.every((word) => keywordOf(withoutAccents(word)) !== undefined || isStop(word)) &&
      rest.some(isStop)
    );
  }

  /** "STOP 1": of a menu or a numbered list. */
  function isNumbered(part: string): boolean {
    const [word, ...others] = wordsOf(part);
    const [, apart, digits] = /^(\p{L}+)(\d{1,6})$/u.exec(word ?? "") ?? [];
    const name = apart ?? word ?? "";
    return (
      isStop(name) &&
      !ordinary.has(name) &&
      (digits !== undefined || others.length > 0) &&
      others.every((other) => /^\d{1,6}$/.test(other))
    );
  }

  /** "STOP Kari Nordmann", "STOP SALONG". */
  function isNamed(part: string): boolean {
    const [word = "", second = "", ...others] = wordsOf(part);
    if (!isStop(word) || ordinary.has(word) || second === "" || noName.has(second)) return false;
    if (signed.test(part)) return true;
    return others.length === 0 && part === part.toUpperCase() && part !== part.toLowerCase();
  }
}

const restOf = (part: string) =>
  foldWords(
    wordsOf(part)
      .filter((word) => !politeWords.has(word))
      .join(" "),
  );

/** The text without quoted lines, and without everything after the introduction of a quote. */
function withoutQuote(text: string): string {
  const lines: string[] = [];
  for (const line of text.split(/\r\n|[\n\r]/)) {
    if (/^\s*[>|]/.test(line)) continue;
    if (introduction.test(line) && lines.some((before) => before.trim() !== "")) break;
    lines.push(line);
  }
  return lines.join("\n");
}
