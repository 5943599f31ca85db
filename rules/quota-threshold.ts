/** Which shares of the allowance people are told of, before nothing is left. */

/** Percent of the allowance. Used and reserved segments both count, since both keep others from being reserved. */
export const quotaThresholds = [50, 80, 90, 100] as const;
export type QuotaThreshold = (typeof quotaThresholds)[number];
