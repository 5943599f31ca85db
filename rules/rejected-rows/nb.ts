import type { RejectedRowTexts } from "./texts.ts";

/** The texts of rejected.csv in Norwegian bokmål. */
export const rejectedRows = {
  row: "Rad",
  reason: "Grunn",
  reasons: {
    no_number_or_email: "Verken nummer eller e-post",
    invalid_mobile: "Mobil er ikke et gyldig nummer",
    invalid_phone: "Telefon er ikke et gyldig nummer",
    ambiguous_mobile: "Mobil kan være to numre: skriv det med + og landskode",
    ambiguous_phone: "Telefon kan være to numre: skriv det med + og landskode",
    reformatted_mobile: "Mobil er gjort om til et tall av et regneark: skriv inn hele nummeret",
    reformatted_phone: "Telefon er gjort om til et tall av et regneark: skriv inn hele nummeret",
    invalid_email: "Ikke en gyldig e-postadresse",
    first_name_too_long: "Fornavnet er for langt",
    last_name_too_long: "Etternavnet er for langt",
    property_too_long: "En egenskap er for lang",
    invalid_locale: "Ikke et språk og en region",
    unknown_time_zone: "Ukjent tidssone",
    unclear_consent: "Samtykke er verken ja eller nei",
    invalid_consent_date: "Dato for samtykke er ingen dato",
    consent_date_in_future: "Dato for samtykke er i framtiden",
    consent_source_too_long: "Kilden til samtykke er for lang",
    too_many_cells: "Flere celler enn kolonner",
    row_too_long: "Raden er for lang",
    quote_not_closed: "Et anførselstegn er ikke lukket",
    quotes_over_rows: "To anførselstegn strekker seg over flere rader",
    card_not_closed: "Et kontaktkort som ikke er avsluttet",
    email_of_several_contacts: "Flere kontakter har denne e-posten",
    phone_of_several_contacts: "Flere kontakter har denne telefonen",
  },
} satisfies RejectedRowTexts;
