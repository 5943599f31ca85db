import type { commands as en } from "../en/commands.ts";
import type { Translation } from "../languages.ts";

export const commands: Translation<typeof en> = {
  words: {
    home: "start oversikt forside dashboard",
    campaigns: "sms tekster meldinger sende utsendelse nyhetsbrev resultater",
    contacts: "folk kunder medlemmer mottakere numre adressebok søk",
    lists: "grupper segmenter målgruppe mottakere",
    settings: "valg oppsett konfigurasjon tilpass",
    sandbox: "test prøve telefon simulator",
    subscription: "faktura betaling pris kostnad forbruk segmenter kvote plan",
    alerts: "advarsler problemer feil varslinger",
    account: "profil passord innlogging økter tofaktor meg",
    workspace: "bedrift firma virksomhet land tidssone språk stilletid avmelding tekster stopp hjelp",
    people: "brukere kolleger team medlemmer roller rettigheter tilgang invitere",
    senders: "avsender avsendernavn fra nummer kortnummer svar",
    carriers: "smpp twilio teleoperatør gateway tilkobling leverandør rute",
    subscriptionTypes: "samtykke tillatelse markedsføring nyhetsbrev gdpr",
    quietHours: "natt søndag helligdag tidssone ro",
    retention: "personvern gdpr slette sletting lagringstid lagring",
    apiKeys: "api nøkkel token utvikler integrasjon",
    webhooks: "api hendelser utvikler integrasjon url",
    audit: "logg historikk endringer hvem sikkerhet",
    newCampaign: "sms tekst melding sende utsendelse skrive",
    newContact: "person kunde nummer legg til",
    importContacts: "csv excel xlsx vcard fil laste opp regneark hente inn",
    newCarrier: "smpp twilio teleoperatør gateway tilkobling leverandør",
    system: "tema utseende farger modus automatisk",
    light: "tema utseende farger modus lys dag light",
    dark: "tema utseende farger modus mørk natt dark",
    language: "språk language engelsk norsk svensk dansk",
  },
};
