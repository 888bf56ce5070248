/** Types of the pcap-parser package, as far as tests use it. */
declare module 'pcap-parser' {
  import type { Readable } from 'node:stream';

  interface Packet {
    readonly header: {
      readonly timestampSeconds: number;
      readonly timestampMicroseconds: number;
      readonly capturedLength: number;
      readonly originalLength: number;
    };
    readonly data: Buffer;
  }

  interface Parser {
    on(event: 'packet', listener: (packet: Packet) => void): void;
    on(event: 'end', listener: () => void): void;
    on(event: 'error', listener: (error: Error) => void): void;
  }

  const pcapParser: { parse(stream: Readable): Parser };
  export = pcapParser;
}
