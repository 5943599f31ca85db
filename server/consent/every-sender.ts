/** The sender_id of an opt-out from all senders of the workspace. */
export const everySender = "00000000-0000-0000-0000-000000000000";
