import type { RejectedRowTexts } from "./texts.ts";

/** The texts of rejected.csv in Danish. */
export const rejectedRows = {
  row: "Række",
  reason: "Grund",
  reasons: {
    no_number_or_email: "Hverken nummer eller e-mail",
    invalid_mobile: "Mobil er ikke et gyldigt nummer",
    invalid_phone: "Telefon er ikke et gyldigt nummer",
    ambiguous_mobile: "Mobil kan være to numre: skriv det med + og landekode",
    ambiguous_phone: "Telefon kan være to numre: skriv det med + og landekode",
    reformatted_mobile: "Mobil er lavet om til et tal af et regneark: skriv hele nummeret",
    reformatted_phone: "Telefon er lavet om til et tal af et regneark: skriv hele nummeret",
    invalid_email: "Ikke en gyldig e-mailadresse",
    first_name_too_long: "Fornavnet er for langt",
    last_name_too_long: "Efternavnet er for langt",
    property_too_long: "En egenskab er for lang",
    invalid_locale: "Ikke et sprog og område",
    unknown_time_zone: "Ukendt tidszone",
    unclear_consent: "Samtykke er hverken ja eller nej",
    invalid_consent_date: "Dato for samtykke er ikke en dato",
    consent_date_in_future: "Dato for samtykke ligger i fremtiden",
    consent_source_too_long: "Kilden til samtykke er for lang",
    too_many_cells: "Flere celler end kolonner",
    row_too_long: "Rækken er for lang",
    quote_not_closed: "Et anførselstegn er ikke lukket",
    quotes_over_rows: "To anførselstegn strækker sig over flere rækker",
    card_not_closed: "Et kontaktkort, der ikke er afsluttet",
    email_of_several_contacts: "Flere kontakter har denne e-mail",
    phone_of_several_contacts: "Flere kontakter har denne telefon",
  },
} satisfies RejectedRowTexts;
