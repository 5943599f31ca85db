import type { RejectedRowTexts } from "./texts.ts";

/** The texts of rejected.csv in English. */
export const rejectedRows = {
  row: "Row",
  reason: "Reason",
  reasons: {
    no_number_or_email: "No number and no e-mail",
    invalid_mobile: "Mobile is not a valid number",
    invalid_phone: "Phone is not a valid number",
    ambiguous_mobile: "Mobile can be two numbers: write it with + and country code",
    ambiguous_phone: "Phone can be two numbers: write it with + and country code",
    reformatted_mobile: "Mobile was reformatted by a spreadsheet: enter the whole number",
    reformatted_phone: "Phone was reformatted by a spreadsheet: enter the whole number",
    invalid_email: "Not a valid e-mail address",
    first_name_too_long: "First name is too long",
    last_name_too_long: "Last name is too long",
    property_too_long: "A property is too long",
    invalid_locale: "Not a language and region",
    unknown_time_zone: "Unknown time zone",
    unclear_consent: "Consent is neither yes nor no",
    invalid_consent_date: "Date of consent is not a date",
    consent_date_in_future: "Date of consent is in the future",
    consent_source_too_long: "Source of consent is too long",
    too_many_cells: "More cells than columns",
    row_too_long: "Row is too long",
    quote_not_closed: "A quotation mark is not closed",
    quotes_over_rows: "Two quotation marks reach over several rows",
    card_not_closed: "A contact card that does not end",
    email_of_several_contacts: "Several contacts have this e-mail",
    phone_of_several_contacts: "Several contacts have this phone",
  },
} satisfies RejectedRowTexts;
