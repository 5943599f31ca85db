/** Words in cells of a file of orders, in English, Norwegian, Swedish and Danish: statuses, and numbers as people write them. */
import type { OrderStatus } from "../contract/orders.ts";
import { fold } from "./folding.ts";

const statuses: Record<OrderStatus, string> = {
  pending: `pending unpaid notpaid open reserved awaitingpayment awaiting venter avventer ubetalt ikkebetalt apen reservert vantar obetald ejbetald
    oppen reserverad afventer ubetalt aaben reserveret`,
  paid: `paid complete completed confirmed active valid ok sold settled betalt fullfort bekreftet gyldig aktiv solgt betald betalad slutford bekraftad
    giltig sald gennemfort bekraeftet gyldig solgt free gratis yes ja`,
  cancelled: `cancelled canceled void voided deleted kansellert avbestilt annullert slettet avbokad avbestalld annullerad makulerad raderad
    annulleret afbestilt slettet`,
  refunded:
    "refunded refund refundert tilbakebetalt aterbetald aterbetalad refunderet tilbagebetalt krediteret kreditert krediterad",
  expired: "expired lapsed timedout utlopt utgatt utgangen forfallen forfalt udlobet",
};

const words = new Map(
  (Object.keys(statuses) as OrderStatus[]).flatMap((status) =>
    statuses[status]
      .trim()
      .split(/\s+/)
      .map((word) => [word, status] as const),
  ),
);

/** The status that a word means, or null. */
export const readOrderStatus = (cell: string): OrderStatus | null =>
  words.get(fold(cell).replace(/[^\p{L}\p{N}]/gu, "")) ?? null;

/** A price as people and spreadsheets write it: 350, 350,50, 1 350.00, kr 350,-, NOK 350; null for anything else. */
export function readAmount(cell: string): number | null {
  const text = cell
    .replace(/^(?:[A-Z]{3}|kr\.?|€|\$|£)\s*|\s*(?:[A-Z]{3}|kr\.?|€|\$|£)$/giu, "")
    .replace(/[\s\u00a0\u202f']/g, "")
    .replace(/,-$|\.-$/, "");
  const grouped = /^\d{1,3}(?:([.,])\d{3})+(?:([.,])\d{1,2})?$/.exec(text);
  if (grouped && grouped[1] !== grouped[2]) {
    const plain = text.replaceAll(grouped[1] as string, "").replace(",", ".");
    return Number(plain);
  }
  return /^\d+(?:[.,]\d{1,2}0*)?$/.test(text) ? Number(text.replace(",", ".")) : null;
}

/** A count: 2, 2.0, "2 stk"; null for anything else. */
export function readCount(cell: string): number | null {
  const found = /^(\d{1,6})(?:[.,]0+)?\s*(?:x|stk\.?|st\.?|pcs\.?)?$/iu.exec(cell.trim());
  return found ? Number(found[1]) : null;
}
