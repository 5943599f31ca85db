import type { subscription as en } from "../en/subscription.ts";
import type { Translation } from "../languages.ts";

export const subscription: Translation<typeof en> = {
  title: "Nuværende abonnement",
  terms:
    "{allowance, plural, one {# beskeddel} other {# beskeddele}} om måneden, fornyes den {renewal_day, number}. i måneden.",
  thisPeriod: "Denne periode",
  details: "Detaljer",
  meter: "Brugt af kvoten",
  meterText:
    "{used, number} brugt og {reserved, number} reserveret af {allowance, number}; {remaining, number} tilbage",
  segmentsLeft: "af {allowance, plural, one {# beskeddel} other {# beskeddele}} tilbage",
  usedAndReserved: "{used, number} brugt · {reserved, number} reserveret",
  renews: "Fornyes {date}",
  allowance: "Kvote",
  used: "Brugt",
  reserved: "Reserveret",
  remaining: "Tilbage",
  explain:
    "En beskeddel er ét stykke af en tekst: 160 tegn alene, 153 i en længere. Reserverede dele hører til beskeder i kø; det, der aldrig bliver sendt, kommer tilbage. Ubrugte dele overføres ikke.",
  bySource: "Efter kilde",
  sources: {
    campaign: "Kampagner",
    api: "API",
    opt_out_confirmation: "Svar på STOP",
    opt_in_confirmation: "Svar på START",
    help: "Svar på HJÆLP",
    carrier_test: "Testbeskeder",
  },
  log: "Log over beskeddele",
  logText: "Én linje for hver del, der er afleveret til operatøren, nyeste først.",
  logEmpty: "Intet er sendt endnu",
  logEmptyText: "Hver del, der går ud, får sin linje her.",
  handedOver: "Afleveret til operatøren",
  to: "Til",
  segment: "Del",
  segmentOf: "{segment, number} af {of, number}",
  source: "Kilde",
  change: "Ændr abonnementet",
  changeTitle: "Ændr abonnementet",
  allowanceHint: "Beskeddele om måneden. Gælder med det samme.",
  allowanceWrong: "Et helt tal, 0 eller mere.",
  renewalDay: "Fornyelsesdag",
  renewalDayHint: "Dag i måneden, fra næste periode. Kortere måneder fornyes på deres sidste dag.",
  renewalDayWrong: "En dag fra 1 til 31.",
};
