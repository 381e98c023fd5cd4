/** Nobody's id: no cookie carries it, because guests are random. Asking for it shows what a stranger sees. */
export const NOBODY = "00000000-0000-0000-0000-000000000000";
