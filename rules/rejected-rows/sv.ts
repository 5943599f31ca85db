import type { RejectedRowTexts } from "./texts.ts";

/** The texts of rejected.csv in Swedish. */
export const rejectedRows = {
  row: "Rad",
  reason: "Orsak",
  reasons: {
    no_number_or_email: "Varken nummer eller e-post",
    invalid_mobile: "Mobil är inte ett giltigt nummer",
    invalid_phone: "Telefon är inte ett giltigt nummer",
    ambiguous_mobile: "Mobil kan vara två nummer: skriv det med + och landskod",
    ambiguous_phone: "Telefon kan vara två nummer: skriv det med + och landskod",
    reformatted_mobile: "Mobil har gjorts om till ett tal av ett kalkylprogram: ange hela numret",
    reformatted_phone: "Telefon har gjorts om till ett tal av ett kalkylprogram: ange hela numret",
    invalid_email: "Inte en giltig e-postadress",
    first_name_too_long: "Förnamnet är för långt",
    last_name_too_long: "Efternamnet är för långt",
    property_too_long: "En egenskap är för lång",
    invalid_locale: "Inte ett språk och en region",
    unknown_time_zone: "Okänd tidszon",
    unclear_consent: "Samtycke är varken ja eller nej",
    invalid_consent_date: "Datum för samtycke är inget datum",
    consent_date_in_future: "Datum för samtycke ligger i framtiden",
    consent_source_too_long: "Källan till samtycke är för lång",
    too_many_cells: "Fler celler än kolumner",
    row_too_long: "Raden är för lång",
    quote_not_closed: "Ett citattecken är inte stängt",
    quotes_over_rows: "Två citattecken sträcker sig över flera rader",
    card_not_closed: "Ett kontaktkort som inte är avslutat",
    email_of_several_contacts: "Flera kontakter har den här e-posten",
    phone_of_several_contacts: "Flera kontakter har den här telefonen",
  },
} satisfies RejectedRowTexts;
