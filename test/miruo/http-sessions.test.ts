/**
 * HTTP mode over whole sessions: which segments have lines, where they are printed, and that neither the cut of blocks nor the
 * number of trackers matters. Frames are built by hand; test/miruo/model.test.ts has what is generated.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MIRUO_DEFAULTS, type MiruoOptions } from '../../src/miruo/options.js';
import type { ModelPacket } from '../model/model-packets.js';
import { generateTraffic, type TcpFrameForm, tcpFrame } from '../support/craft.js';
import { writePcap } from '../support/pcap-naive.js';
import { runSingleThread } from '../support/single-thread.js';

const OPTIONS: MiruoOptions = { ...MIRUO_DEFAULTS, all: true, http: { request: [], response: [] } };
const REQUEST = 'GET /a HTTP/1.1\r\nHost: b\r\n\r\n';
const LINES = ['DPI:HTTP:RequestLine >>>> GET /a HTTP/1.1', 'DPI:HTTP:Header >>>>>>>>> Host: b'];

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** Segments of one session after its handshake, then a reset; each with its own changes. */
function session(segments: readonly Partial<TcpFrameForm>[], all: Partial<TcpFrameForm> = {}): ModelPacket[] {
  const client = { src: '10.0.0.1', dst: '10.0.0.2', sport: 1234, dport: 80, ...all };
  const server = { ...client, src: client.dst, dst: client.src, sport: client.dport, dport: client.sport };
  const forms = [
    { ...client, seq: 100, ack: 0, flags: 0x02 },
    { ...server, seq: 900, ack: 101, flags: 0x12 },
    { ...client, seq: 101, ack: 901, flags: 0x10 },
    ...segments.map((segment, i) => ({ ...client, seq: 101 + 10_000 * i, ack: 901, flags: 0x18, ...segment })),
    { ...client, seq: 99_101, ack: 0, flags: 0x04 },
  ];
  return forms.map((form, i) => ({
    sec: 1_700_000_000,
    nsec: i * 1_000_000,
    ...tcpFrame({ link: 'ether', ipVersion: 4, ...form }),
  }));
}

/** The lines of a capture, the same in all forms. */
function linesOf(packets: readonly ModelPacket[], options: MiruoOptions = OPTIONS): string[] {
  const file = writePcap(packets, { linkType: packets[0].linkType, nanosecond: true });
  const results = [1, 2, 3, 8].flatMap((trackers) =>
    [true, false].map((oneRecordBlocks) =>
      runSingleThread(file, options, { trackers, blockBytes: 64 * 1024, oneRecordBlocks }),
    ),
  );
  for (const result of results) assert.equal(result.stdout, results[0].stdout);
  return results[0].stdout.split('\n').slice(0, -1);
}

const ofHttp = (lines: readonly string[]): string[] => lines.filter((line) => line.startsWith('DPI:'));

describe('HTTP lines', () => {
  it('come right after their segment, which is shown; they carry no id and no mark', () => {
    const lines = linesOf(session([{ payload: 10 }, { payload: bytesOf(REQUEST) }, { payload: 10 }]));
    const at = lines.indexOf(LINES[0]);
    assert.match(lines[at - 2], /^0001:\*\*\*\* /);
    assert.match(lines[at - 1], /^0001:0004 .* >-AP---> /);
    assert.equal(lines[at + 1], LINES[1]);
    assert.match(lines[at + 2], /^0001:\*\*\*\* /);
    const orderly = session([{ payload: bytesOf(REQUEST) }]).slice(0, -1);
    assert.deepEqual(linesOf(orderly, { ...OPTIONS, all: false }), []);
  });

  it('are absent without the option', () => {
    assert.deepEqual(ofHttp(linesOf(session([{ payload: bytesOf(REQUEST) }]), { ...OPTIONS, http: undefined })), []);
  });

  it('are green, in short lines too', () => {
    for (const quiet of [0, 1] as const) {
      const lines = linesOf(session([{ payload: bytesOf(REQUEST) }]), { ...OPTIONS, colour: true, quiet });
      for (const line of LINES) assert.ok(lines.includes(`\x1b[32m${line}\x1b[39m`), `quiet ${quiet}`);
    }
  });

  it('belong to the segment a retransmission repeats, and to the retransmission', () => {
    const again = { seq: 101, payload: bytesOf(REQUEST) };
    assert.deepEqual(ofHttp(linesOf(session([again, again]), { ...OPTIONS, retransmitMs: 1 })), [...LINES, ...LINES]);
    assert.deepEqual(ofHttp(linesOf(session([again, again]), { ...OPTIONS, retransmitMs: 0 })), LINES);
  });

  const cases: readonly [what: string, segments: readonly Partial<TcpFrameForm>[], lines: readonly string[]][] = [
    [
      'a request in two segments, the first of which has all of its first line',
      [{ payload: bytesOf(REQUEST.slice(0, 17)) }, { payload: bytesOf(REQUEST.slice(17)) }],
      LINES.slice(0, 1),
    ],
    [
      'GET in one segment, the rest in the next',
      [{ payload: bytesOf('GE') }, { payload: bytesOf(REQUEST.slice(2)) }],
      [],
    ],
    ['a payload of which nothing was captured', [{ payload: bytesOf(REQUEST), snap: 54 }], []],
    ['one of which 17 bytes were', [{ payload: bytesOf(REQUEST), snap: 54 + 17 }], LINES.slice(0, 1)],
    [
      'a payload behind TCP options and IP options',
      [
        {
          payload: bytesOf(REQUEST),
          options: Uint8Array.from([1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]),
          ipOptionWords: 3,
        },
      ],
      LINES,
    ],
    ['a first fragment', [{ payload: bytesOf(REQUEST), moreFragments: true }], LINES],
    ['a reset that carries it', [{ payload: bytesOf(REQUEST), flags: 0x14 }], LINES],
    ['a side that has closed', [{ flags: 0x11 }, { payload: bytesOf(REQUEST) }], []],
    [
      'a header that ends with the 2047th byte',
      [{ payload: bytesOf(`GET /a HTTP/1.1\r\nX: ${'x'.repeat(2047 - 20 - 9)}\r\nHost: b`) }],
      LINES,
    ],
    [
      'one that ends behind it',
      [{ payload: bytesOf(`GET /a HTTP/1.1\r\nX: ${'x'.repeat(2047 - 20 - 9)}\r\nHost: bc`) }],
      LINES,
    ],
  ];
  for (const [what, segments, lines] of cases) {
    it(`of ${what}`, () => assert.deepEqual(ofHttp(linesOf(session(segments))), lines));
  }

  it('over IPv6, with extension headers and VLAN tags', () => {
    const six = { ipVersion: 6, src: 'fd00::1', dst: 'fd00::2', vlan: [5, 6] } as const;
    const segments = [{ payload: bytesOf(REQUEST) }, { payload: bytesOf(REQUEST), extensions: ['hop', 'ah'] as const }];
    assert.deepEqual(ofHttp(linesOf(session(segments, six))), [...LINES, ...LINES]);
  });

  it('never come from what follows the datagram in its frame', () => {
    for (const version of [4, 6] as const) {
      const ends = version === 4 ? {} : { src: 'fd00::1', dst: 'fd00::2' };
      const packets = session([{}, { payload: bytesOf('GET /a HTTP/1.1') }], { ipVersion: version, ...ends });
      // The same bytes as a trailer: of the first segment all of a request, of the second another header.
      const trailers = ['', '', '', REQUEST, '\r\nHost: b\r\n\r\n', ''];
      const padded = packets.map((packet, i) => {
        const captured = Uint8Array.from([...packet.captured, ...bytesOf(trailers[i])]);
        return { ...packet, captured, wireLength: captured.length };
      });
      assert.deepEqual(ofHttp(linesOf(padded)), LINES.slice(0, 1), `IPv${version}`);
    }
  });

  it('of a datagram whose length is left 0, as segmentation offload leaves it', () => {
    const packets = session([{ payload: bytesOf(REQUEST) }]);
    const captured = Uint8Array.from(packets[3].captured).fill(0, 16, 18);
    assert.deepEqual(ofHttp(linesOf(packets.with(3, { ...packets[3], captured }))), LINES);
  });

  it('stay with their segments when others are dropped from a long session', () => {
    const segments = Array.from({ length: 5000 }, (_, i) => ({
      seq: 101 + i * 20,
      payload: i % 100 === 0 ? bytesOf(`GET /${i} x`) : 10,
    }));
    const lines = linesOf(session(segments, { link: 'raw' }));
    assert.equal(ofHttp(lines).length, 50);
    lines.forEach((line, i) => {
      const match = /GET \/(\d+) x$/.exec(line);
      if (match !== null) assert.ok(lines[i - 1].startsWith(`0001:${String(3 + Number(match[1])).padStart(4, '0')} `));
    });
  });

  it('are in the generated traffic that the model is compared on', () => {
    const all = { request: ['%'], response: ['%'] };
    const lines = linesOf(generateTraffic(7, 6000, { concurrency: 50 }), { ...OPTIONS, http: all, unfinished: true });
    for (const kind of ['RequestLine', 'ResponseLine', 'Header']) {
      assert.ok(ofHttp(lines).filter((line) => line.includes(`:${kind} `)).length > 50, kind);
    }
    assert.ok(lines.some((line) => line.includes('\\x1b')));
  });
});
