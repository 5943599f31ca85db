/** Prices of what a workspace sells. */
import { currencyOf } from "../../rules/country-currency.ts";
import { invalid } from "../kit/errors.ts";

/** 422 on `field` for a price with more than two decimals. */
export function readPrice(price: number, field = "price"): number {
  if (Number(price.toFixed(2)) === price) return price;
  throw invalid("invalid_price", `${price} has more than two decimals.`, field, price);
}

const currencies = new Set(Intl.supportedValuesOf("currency"));

/** 422 unless it is a currency of ISO 4217. */
export function readCurrency(currency: string): string {
  if (currencies.has(currency)) return currency;
  throw invalid("unknown_currency", `${currency} is not a currency of ISO 4217, like NOK.`, "currency", currency);
}

/** The currency of prices without one; 422 where the country has none of its own. */
export function ownCurrency(country: string): string {
  const currency = currencyOf(country);
  if (currency) return currency;
  throw invalid("currency_required", `${country} has no currency of its own: say which.`, "currency", null);
}
