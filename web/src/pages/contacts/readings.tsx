import { useFormatter } from "use-intl";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";

/** The numbers that a rejected cell can be, with country codes: that is what it lacks. Nothing for any other cell. */
export function Readings({ numbers = [] }: { numbers?: readonly string[] }) {
  const format = useFormatter();
  if (numbers.length === 0) return null;
  const each = numbers.map((number) => formatPhoneNumber(number));
  return <span className="figures text-soft">{format.list(each, { type: "disjunction" })}</span>;
}
