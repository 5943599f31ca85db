import { expect, test } from "vitest";
import type { ImportField } from "../contract/contacts.ts";
import { readHeading } from "./csv-columns.ts";

/** Headings by field; `?` in front where only the cells can tell. */
const headings: Record<ImportField, string[]> = {
  mobile: [
    ..."Mobile|mobile_number|Mobilnr.|MOBILTELEFON|Mobilnummer|Mobiltlf|Mobiltlf.|Mob. tlf|Mobil tlf.|Mobile Phone|Cell Phone|Cell".split(
      "|",
    ),
    ..."Telefon (mobil)|Telefon mobil|Tlf. mobil|Customer mobile no.|Kundens mobil|Client Mobile|Mobil privat|Work mobile|SMS|SMS number".split(
      "|",
    ),
    ..."Mobiltelefonnummer|Mobilfunknummer|Mobil-Nr.|Handy|Handynummer|Handy-Nr.|Matkapuhelin|Matkapuhelinnumero|Kännykkä|GSM-numero".split(
      "|",
    ),
    ..."Puhelin (matkapuhelin)|iPhone|MSISDN|Mobile 1|Mobil 2|Mobile Phone Number|Primary mobile|\ufeffMobil|Mobil*".split(
      "|",
    ),
  ],
  phone: [
    ..."Telefon|Tlf.|Phone|Phone Number|Telephone|Telefonnr|Telefonnummer|Tel|Tel.nr|Phone 1 - Value|Phone 2 - Value|Telefon 1".split(
      "|",
    ),
    ..."Home Phone|Business Phone 2|Company Main Phone|Other Phone|Telefon arbeid|Telefon (privat)|Arbeidstelefon|Arbejdstelefon".split(
      "|",
    ),
    ..."Hjemmetelefon|Hemtelefon|Arbetstelefon|Telefon geschäftlich|Telefon privat|Festnetz|Rufnummer|Puhelin|Puhelinnumero".split(
      "|",
    ),
    ..."Työpuhelin|Kotipuhelin|Landline|Fasttelefon|Kontakt telefon|billing_phone|Default Address Phone|Telefon/fax|Telefon (hvis kjent)".split(
      "|",
    ),
    ..."?Number|?Nr|?Nr.|?Nummer|?No.|?Contact number|?Kontaktnummer".split("|"),
  ],
  email: [
    ..."E-post|e-mail|Mail|Email Address|E-mail 1 - Value|E-mail 2 Address|E-postadresse|E-postadress|E-mail-adresse|E-Mail".split(
      "|",
    ),
    ..."Sähköposti|Sähköpostiosoite|billing_email|Customer Email|Kundens e-post|Epost privat|EMAIL".split("|"),
  ],
  first_name:
    "\ufeffFornavn|Förnamn|First Name|FIRSTNAME|Given Name|Client First Name|Vorname|Etunimi|billing_first_name|Kallenavn".split(
      "|",
    ),
  last_name:
    "Etternavn|Efternamn|Efternavn|Last Name|Surname|Family Name|Nachname|Familienname|Sukunimi|Customer last name".split(
      "|",
    ),
  full_name: [
    ..."Navn|Namn|Name|Fullständigt namn|Full name|Kundenavn|Kundnamn|Contact Name|Customer Name|Display Name|Nimi|Kontaktperson navn".split(
      "|",
    ),
    ..."Fornavn og etternavn|Fornavn Efternavn|Vor- und Nachname|Ansprechpartner Name|?Kunde|?Kund|?Customer|?Kontakt|?Contact|?Person".split(
      "|",
    ),
  ],
  locale: "Språk|Language|Sprog|Sprache|Kieli|Lang".split("|"),
  time_zone: "Tidssone|Time zone|Zeitzone".split("|"),
  consent: [
    ..."Samtykke|Samtycke|Nyhetsbrev|Nyhedsbrev|Newsletter|Uutiskirje|SMS consent|Marketing consent|Opt-in|Opted in|Subscribed".split(
      "|",
    ),
    ..."Accepts SMS Marketing|Accepts Email Marketing|Accepts Marketing|Email Marketing Consent|SMS Marketing Consent|$consent".split(
      "|",
    ),
    ..."DOUBLE_OPT-IN|SMS marketing status|Samtykke til SMS|Ønsker nyhetsbrev|Godtar markedsføring|Mottar nyhetsbrev|Ønsker SMS".split(
      "|",
    ),
    ..."Vill ha nyhetsbrev|Godkänner marknadsföring|Samtycke till utskick|Tilmeldt nyhedsbrev|Accepterer markedsføring".split(
      "|",
    ),
    ..."Werbeeinwilligung|SMS-Einwilligung|Newsletter abonniert|Einwilligung erteilt|Markkinointilupa|Suostumus|SMS-lupa".split(
      "|",
    ),
    ..."?Status|?Subscription status|?Marketing contact status".split("|"),
  ],
  opted_out: [
    ..."Opted out|Opted-out|Opt out|SMS opt-out|Unsubscribed|UNSUB_TIME|UNSUB_REASON|UNSUB_CAMPAIGN_TITLE|Unsubscribed at".split(
      "|",
    ),
    ..."Do not contact|Do Not Call|DNC|Do not text|SMS_BLACKLISTED|EMAIL_BLACKLISTED|Blocklisted|SMS Suppressions|No marketing".split(
      "|",
    ),
    ..."Unsubscribed from all email|Opted out of email: Marketing Information|Opted out of SMS|Has opted out".split(
      "|",
    ),
    ..."Avmeldt|Reservert|Reservert mot reklame|Har reservert seg|Kontaktes ikke|Skal ikke kontaktes|Ønsker ikke SMS".split(
      "|",
    ),
    ..."Avregistrerad|Avanmäld|Kontakta ej|Ej SMS|Ej reklam|Tackat nej|Spärrad|Afmeldt|Frameldt|Må ikke kontaktes|Robinson".split(
      "|",
    ),
    ..."Abgemeldet|Werbesperre|Nicht kontaktieren|Keine Werbung|Kontaktsperre|Widerspruch|Markkinointikielto|Suoramarkkinointikielto".split(
      "|",
    ),
  ],
  consent_date: ["Samtykkedato"],
  consent_source: ["Samtyckeskälla", "Kilde for samtykke"],
};

test.each(Object.entries(headings))("headings that mean %s", (field, words) => {
  for (const word of words) {
    const vague = word.startsWith("?");
    expect(readHeading(vague ? word.slice(1) : word), word).toEqual({ field, vague });
  }
});

test.each([
  ["nothing known", ["", "#1", "Favourite colour", "constructor", "__proto__", "x".repeat(10_000)]],
  [
    "a number that is no phone number",
    ["Kundenr", "Kundenr.", "Kundnr", "Kundenummer", "Customer No", "Client ID", "Org.nr", "Fakturanr", "Postnr"],
  ],
  [
    "what is said about a number",
    ["Phone 1 - Label", "Phone 1 - Type", "E-mail 1 - Label", "Mobile operator", "SMS consent date", "Mobile verified"],
  ],
  [
    "a business or a place",
    [
      "Organization Name",
      "Firmanavn",
      "Company",
      "Address 1 - Formatted",
      "Adresse",
      "Home Address",
      "Fax",
      "Home Fax",
    ],
  ],
  ["another part of a name", ["Middle Name", "Phonetic First Name", "Yomi Name", "Name Prefix", "Nickname", "File As"]],
])("%s is no field", (_, words) => {
  for (const word of words) expect(readHeading(word), word).toBeNull();
});
