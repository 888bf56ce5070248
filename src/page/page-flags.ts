/**
 * Bits of the page's rows: what became of the handshake of a session (src/analysis/session-outcome.ts). The script in the page knows them too.
 */
export const FLAG_REFUSED = 1;
export const FLAG_UNANSWERED = 2;
export const FLAG_ESTABLISHED = 4;
