import type { commands as en } from "../en/commands.ts";
import type { Translation } from "../languages.ts";

export const commands: Translation<typeof en> = {
  words: {
    home: "start overblik forside dashboard",
    campaigns: "sms tekster beskeder sende udsendelse nyhedsbrev resultater",
    contacts: "folk kunder medlemmer modtagere numre adressebog søg",
    lists: "grupper segmenter målgruppe modtagere",
    settings: "valg opsætning konfiguration tilpas",
    sandbox: "test prøve telefon simulator",
    subscription: "faktura betaling pris omkostning forbrug segmenter kvote plan",
    alerts: "advarsler problemer fejl notifikationer",
    account: "profil adgangskode login sessioner tofaktor mig",
    workspace: "virksomhed firma land tidszone sprog stilletid afmelding tekster stop hjælp",
    people: "brugere kolleger team medlemmer roller rettigheder adgang invitere",
    senders: "afsender afsendernavn fra nummer kortnummer svar",
    carriers: "smpp twilio teleoperatør gateway forbindelse leverandør rute",
    subscriptionTypes: "samtykke tilladelse markedsføring nyhedsbrev gdpr",
    quietHours: "nat søndag helligdag tidszone ro",
    retention: "privatliv gdpr slette sletning lagring opbevaringstid",
    apiKeys: "api nøgle token udvikler integration",
    webhooks: "api hændelser udvikler integration url",
    audit: "log historik ændringer hvem sikkerhed",
    newCampaign: "sms tekst besked sende udsendelse skrive",
    newContact: "person kunde nummer tilføj",
    importContacts: "csv excel xlsx vcard fil uploade regneark hente ind",
    newCarrier: "smpp twilio teleoperatør gateway forbindelse leverandør",
    system: "tema udseende farver tilstand automatisk",
    light: "tema udseende farver tilstand lys dag light",
    dark: "tema udseende farver tilstand mørk nat dark",
    language: "sprog language engelsk norsk svensk dansk",
  },
};
