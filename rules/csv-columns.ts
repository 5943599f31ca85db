/** Which field a column of a CSV is, by its header in English, Norwegian, Swedish or Danish. */
import type { ImportField } from "../contract/contacts.ts";

/** Headers in lower case without spaces, punctuation and accents (å, æ, ä → a, æ → ae, ø, ö → o). */
const headers: Record<ImportField, string> = {
  mobile:
    "mobile mobileno mobilenumber mobilephone mobilephonenumber mobil mobilnr mobilnummer mobilno mobiltelefon mobiltelefonnummer " +
    "mobiltlf cell cellphone cellnumber cellular gsm msisdn sms smsnumber smsnummer smsnr handy mobilephone1",
  phone:
    "phone phoneno phonenumber phone1 telephone telephonenumber tel telno telnr telefon telefonnr telefonnummer tlf tlfnr tlfnummer " +
    "landline homephone workphone fasttelefon fastnummer hjemmetelefon hemtelefon number nummer nr telefonno",
  email:
    "email emailaddress emailadress mail mailaddress epost epostadresse epostadress mailadresse mailadress eposten emailadresse",
  first_name: "firstname first givenname forename fornavn fornamn forenavn forename1 kallenavn tilltalsnamn",
  last_name: "lastname last surname familyname etternavn efternavn efternamn slektsnavn familienavn",
  full_name:
    "name fullname navn namn fulltnavn fuldenavn fullstandigtnamn heltnavn contactname contact kontakt kundenavn kundnamn customer customername kunde kund deltaker deltagare deltager person",
  locale: "locale language lang sprak sprog spraak malform",
  time_zone: "timezone tz tidssone tidszon tidszone tidzon",
  consent:
    "consent smsconsent marketingconsent optin optedin smsoptin marketing subscribed samtykke smssamtykke samtycke smssamtycke " +
    "markedsforing markedsforingssamtykke marknadsforing nyhetsbrev newsletter nyhedsbrev pamelding pameldt",
  consent_date:
    "consentdate consentat consenttime consentgiven dateofconsent optindate optinat samtykkedato datoforsamtykke samtyckesdatum " +
    "samtyckedatum datumforsamtycke samtykketidspunkt samtykkegitt",
  consent_source:
    "consentsource sourceofconsent optinsource source samtykkekilde kildeforsamtykke samtyckeskalla samtyckekalla kilde kalla",
};

const fields = new Map(
  Object.entries(headers).flatMap(([field, names]) =>
    names.split(" ").map((name) => [name, field as ImportField] as const),
  ),
);

/** The field a header means, or null where none is meant for certain. */
export function guessImportField(header: string): ImportField | null {
  return fields.get(folded(header)) ?? null;
}

/** One field for each header, in order. A field is given once: to the first column that means it. */
export function guessImportFields(columns: readonly string[]): (ImportField | null)[] {
  const taken = new Set<ImportField>();
  return columns.map((column) => {
    const field = guessImportField(column);
    if (field === null || taken.has(field)) return null;
    taken.add(field);
    return field;
  });
}

function folded(header: string): string {
  return header
    .normalize("NFC")
    .toLowerCase()
    .replaceAll("ø", "o")
    .replaceAll("æ", "ae")
    .normalize("NFD")
    .replace(/[^a-z0-9]/g, "");
}
