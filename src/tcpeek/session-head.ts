/**
 * What stands above the lines of handshakes, once.
 */
export const SESSION_HEAD = `\
 TIME(s) |       TIMESTAMP       |      SRC IP:PORT            DST IP:PORT     |      RESULTS      | DUP SYN  DUP S/A \n\
${'-'.repeat(118)}\n`;
