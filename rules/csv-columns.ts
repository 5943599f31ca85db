/**
 * The field of a file's column, by its heading in English, Norwegian, Swedish, Danish, German or Finnish, as people and
 * address books, accounting and booking programs write it: "Mobiltlf", "Customer mobile no.", "Phone 1 - Value",
 * "Telefon (privat)".
 */
import type { ImportField } from "../contract/contacts.ts";
import { readConsentHeading } from "./consent-headings.ts";
import { fold } from "./folding.ts";

export interface Heading {
  field: ImportField;
  /** Such headings are also used for other data ("Nr", "Kunde"): only the cells can tell. */
  vague: boolean;
}

// Words as fold() makes them, without spaces and punctuation.
const either = (words: string) => `(?:${words.trim().split(/\s+/).join("|")})`;

/** The owner, which says nothing about the field. */
const owner = either(`
  kundens? kunden kunde kund customers? clients? contactperson contacts? kontaktperson kontakt person gjest guest gast medlems? members?
  mitglieds? deltakers? deltagers? deltagare attendees? participants? user bruker bruger anvandar patient elev student parent
  foresatt subscriber abonnent billing shipping defaultaddress default primary preferred main hoved huvud haupt asiakkaan asiakas
  jasenen jasen yhteyshenkilon yhteyshenkilo ansprechpartner att booking your`);
/** Places at which a person can be reached. */
const place = either(`
  privat private personal home hjemme hjem hem work arbeids? arbejds? arbets? arbete jobb job business office kontor
  geschaftlich geschaeftlich dienstlich dienst firma buro company bedrift foretags? tyo koti main primary other annen andre anden
  annat annan direct direkte direkt dagtid daytime day evening kveld`);
const number = either("numbers? numero num nummer nr no");
const which = "\\d{0,2}";
const phone = either("telephone telefoni telefon phone tlph tlf tel fon puhelimen puhelin");
const mobile = either(`
  mobiles? mobilfunk mobil mob handy cellular cell gsm msisdn smartphone iphone matkapuhelimen matkapuhelin kannykan kannykka
  mobiilipuhelin mobiili sms`);
const landline = either(`
  landline fastlinje fasttelefon fastnettelefon fastnett fastnet fast festnetz festnetztelefon lankapuhelin rufnummer`);
const email = either("emailid email mail eposten epost sahkopostin sahkoposti sposti");
const address = either("addresses address addr adressen adresse adress osoite");

const sure: [ImportField, string][] = [
  ["mobile", `${owner}?${place}?${mobile}${phone}?${number}?${place}?${which}(?:value)?`],
  ["mobile", `${owner}?${place}?${phone}${number}?${mobile}${number}?${which}(?:value)?`],
  ["phone", `${owner}?${place}*${phone}${number}?${place}?${which}(?:value|fax|telefax)?`],
  ["phone", `${owner}?${landline}${phone}?${number}?${which}`],
  ["email", `${owner}?${place}?${email}${which}${address}?${which}${place}?(?:value)?`],
  [
    "first_name",
    `${owner}?${either("firstnames? first givennames? given forenames? fname fornavne? fornamn forenavn tilltalsnamn kallenavn vornamen? rufname etunimet etunimi kutsumanimi")}1?`,
  ],
  [
    "last_name",
    `${owner}?${either("lastnames? last surnames? familynames? family lname etternavn efternavn efternamn slektsnavn familienavn nachname familienname zuname sukunimi")}1?`,
  ],
  [
    "full_name",
    `${owner}?${either(`names? navnet navn namn nimi fullname fulltnavn fultnavn fuldtnavn fuldenavn fullstandigtnamn heltnavn helanamn displayname
      visningsnavn visningsnamn vollstandigername vollername kokonimi koko nimi firstandlastname firstlastname firstnamelastname
      fornavnetternavn fornavnogetternavn fornavnefternavn fornavnogefternavn fornamnefternamn fornamnochefternamn vorundnachname
      vornamenachname etunimisukunimi etujasukunimi`)}`,
  ],
  [
    "locale",
    either(
      "locale languagecode language preferredlanguage lang sprakkode sprakkod sprak sprogkode sprog spraak malform sprachcode sprache kieli",
    ),
  ],
  ["time_zone", either("timezone tz tidssone tidszon tidszone tidzon zeitzone aikavyohyke")],
  [
    "consent_date",
    either(`consentdate consentat consenttime consentgiven dateofconsent optindate optinat samtykkedato datoforsamtykke samtyckesdatum
      samtyckedatum datumforsamtycke samtykketidspunkt samtykkegitt`),
  ],
  [
    "consent_source",
    either(
      `consentsource sourceofconsent optinsource source samtykkekilde kildeforsamtykke samtyckeskalla samtyckekalla kilde kalla`,
    ),
  ],
];

const vague: [ImportField, string][] = [
  ["phone", `(?:contact|kontakt)?${number}`],
  ["full_name", owner],
];

const meanings = [
  ...sure.map(([field, pattern]) => ({ field, vague: false, pattern: new RegExp(`^${pattern}$`) })),
  ...vague.map(([field, pattern]) => ({ field, vague: true, pattern: new RegExp(`^${pattern}$`) })),
];

/** Longer cells are texts and not headings. */
const longest = 60;

/** The field that a heading means, or null. */
export function readHeading(heading: string): Heading | null {
  if (heading.length > longest) return null;
  const whole = folded(heading);
  if (whole === "") return null;
  return meaningOf(whole) ?? (heading.includes("(") ? meaningOf(folded(heading.replace(/\([^)]*\)/g, ""))) : null);
}

/** Whether a consent column is about e-mail and not about SMS. */
export const isAboutEmail = (heading: string): boolean => {
  const word = folded(heading);
  return /mail|epost|sahkoposti/.test(word) && !/sms|text|txt|mobil|tekstiviesti/.test(word);
};

function meaningOf(word: string): Heading | null {
  const found = meanings.find(({ pattern }) => pattern.test(word));
  return found ? { field: found.field, vague: found.vague } : readConsentHeading(word);
}

/** Whether a column holds numbers other than phone numbers, however much its cells look like them. */
export const isOtherNumber = (heading: string): boolean => otherNumber.test(folded(heading));
const otherNumber = new RegExp(
  `${either("id nr no number nummer numero code kode kod")}$|${either(`org cvr vat mva moms birth fodsel fodt geburt syntyma dob
    ssn cpr personn personalid dato date datum paiva zip post plz konto account iban bank faktura invoice rechnung lasku order ordre
    auftrag belop belob amount betrag summa sum total pris price saldo balance year aar antall antal count qty fax`)}`,
);

const folded = (heading: string) => fold(heading).replace(/[^a-z0-9]/g, "");
