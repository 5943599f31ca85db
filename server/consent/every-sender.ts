/** Stands for every sender of the workspace. */
export const everySender = "00000000-0000-0000-0000-000000000000";
