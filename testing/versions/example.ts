/** Settings and accounts with which the data of earlier versions were made. All values are fictitious. */
export const example = {
  settings: {
    SECRET_KEY: "the fixture's key of at least thirty-two characters",
    ADMIN_EMAIL: "eier@example.com",
    ADMIN_PASSWORD: "langt nok passord",
    API_KEY: "a-key-for-trying-out-of-twenty",
    WORKSPACE_NAME: "Salongen",
    MAIL_DOMAIN: "example.com",
    LOG_LEVEL: "warn",
  },
  colleague: { name: "Kari Nordmann", email: "kari@example.com", password: "et annet langt passord" },
  carriers: { smpp_password: "hemmelig", twilio_token: "0123456789abcdef0123456789abcdef" },
} as const;
