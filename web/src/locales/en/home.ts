export const home = {
  title: "Home",
  greeting: "Welcome, {name}",
  newCampaign: "New campaign",
  nextTitle: "What to do next",
  nextText: "Three steps to the first text on a phone.",
  done: "(done)",
  byHand: "Or add one by hand",
  steps: {
    import: {
      title: "Bring in your contacts",
      text: "A CSV file from your spreadsheet or your till. You see every row before anything is imported.",
      action: "Import contacts",
    },
    write: {
      title: "Write and send a campaign",
      text: "The phone beside the text shows it as each person will get it.",
      action: "Write campaign",
    },
    see: {
      title: "See it arrive",
      text: "The sandbox has a phone for every number you text. Answer STOP there and see what happens.",
      action: "Open sandbox",
    },
  },
  recent: "Recent campaigns",
  allCampaigns: "All campaigns",
  delivered: "delivered",
  noCampaigns: "No campaigns yet",
  noCampaignsText: "A campaign is one text to many people. The latest will show up here.",
  today: "Today",
  todayCount:
    "{count, plural, =0 {No bookings today} one {# booking} other {# bookings}}{ahead, plural, =0 {} other {, # to come}}",
  agenda: "Agenda",
  next: "Goes out next",
  noCustomer: "No customer",
} as const;
