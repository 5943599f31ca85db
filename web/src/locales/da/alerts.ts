import type { alerts as en } from "../en/alerts.ts";
import type { Translation } from "../languages.ts";

export const alerts: Translation<typeof en> = {
  title: "Alarmer",
  text: "Det, der hindrer beskeder i at blive sendt, eller snart kan gøre det. Alarmer kommer og går af sig selv.",
  bell: "{count, plural, =0 {Alarmer} one {Alarmer, # ny} other {Alarmer, # nye}}",
  banner: "Kritisk alarm",
  more: "{count, plural, one {og # mere} other {og # mere}}",
  see: "Se alarmerne",
  hide: "Skjul, til siden indlæses igen",
  views: "Hvilke alarmer",
  open: "Åbne",
  past: "Tidligere",
  noneTitle: "Alt er i orden",
  noneText:
    "Du får besked her, på e-mail og med webhook, når en operatør er nede, beskeder sidder fast, usædvanligt mange fejler, eller kvoten er ved at være brugt op.",
  noPastTitle: "Ingen tidligere alarmer",
  noPastText: "Det, der er ovre, bliver stående her i 90 dage.",
  severities: { critical: "Kritisk", warning: "Advarsel", info: "Til orientering" },
  resolved: "Ovre",
  raised: "Udløst {when}",
  titles: {
    carrier_down: "Operatøren {name} er nede",
    lane_stalled: "Beskeder fra {sender} bliver ikke sendt",
    campaign_stalled: "Kampagnen »{name}« står stille",
    error_rate: "Usædvanligt mange beskeder fejler: {rate}",
    quota: "{threshold, number} % af kvoten er brugt eller reserveret",
    quotaFull: "Kvoten er brugt op",
    webhook_disabled: "En webhook blev slået fra",
    work_overdue: "Planlagt arbejde er forsinket",
    possible_opt_outs: "Svar ligner afmeldinger",
    quietHoursOn: "Stilletid er slået til",
    quietHoursOff: "Stilletid er slået fra",
  },
  texts: {
    work_overdue:
      "Det, der skulle være gjort {when}, er ikke gjort ({work}). Enten kører der ingen arbejderproces, eller også fejler det hver gang; loggen siger hvorfor. Det fortsætter af sig selv.",
    carrier_down:
      "Den har ikke været tilsluttet siden {when}. Dens beskeder venter, eller går til en operatør i reserve.",
    carrierNoWorker: "Ingen arbejderproces har meldt noget om den siden {when}. Tjek, at der kører en.",
    lastError: "Seneste besked derfra: {error}",
    lane: "Da advarslen kom, ventede {waiting, plural, one {# besked} other {# beskeder}}, og ingen var sendt siden {when}.",
    laneReasons: {
      no_worker: "Ingen betjener dem: der kører ingen arbejderproces, eller alle er optaget.",
      carrier_off: "Afsenderens operatør er slået fra.",
      carrier_down: "Afsenderens operatør er ikke tilsluttet.",
      no_progress: "De tilbydes operatøren, men den tager ikke imod nogen.",
    },
    laneCampaign: "Næste i køen: kampagnen »{name}«.",
    byItself: "De fortsætter af sig selv, når de kan.",
    preparing: "Klargøringen af modtagerne har stået stille siden {when}. Den tages op igen af sig selv.",
    unfinished: "Der venter ikke mere af den, og alligevel er den ikke afsluttet. Den blev klargjort {when}.",
    errors: "{errors, number} af {texts, number} beskeder fejlede inden for {minutes, number} minutter.",
    usual: "Det sædvanlige er {rate}.",
    mostly: "Oftest: {reasons}.",
    errorCampaign: "De fleste hører til kampagnen »{name}«.",
    quota:
      "{used, number} af {allowance, number} beskeddele er brugt, og {reserved, number} er reserveret til beskeder, der venter.",
    quotaEnds: "Perioden slutter {when}.",
    quotaFull: "Der bliver ikke sendt mere, før perioden slutter {when}, medmindre kvoten hæves.",
    webhook: "{url} har ikke taget imod noget siden {when}. Slå den til igen, når den virker.",
    possible_opt_outs: "De, der skrev dem, får stadig beskeder, til nogen afgør det. Det ældste kom {when}.",
    quietHoursOn:
      "Markedsføring venter nu til tiderne for modtagerens land. Det blev slået til med den første operatør.",
    quietHoursOff:
      "Markedsføring kan vente til tiderne for modtagerens land. Intet er ændret, da dette arbejdsområde allerede sendte.",
  },
  links: {
    carrier: "Gå til operatøren",
    carriers: "Gå til operatører",
    senders: "Gå til afsendere",
    campaign: "Gå til kampagnen",
    subscription: "Gå til abonnementet",
    webhook: "Gå til webhooken",
    tray: "Gå til svarene",
    quietHours: "Gå til stilletid",
  },
};
