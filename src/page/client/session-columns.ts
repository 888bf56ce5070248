/**
 * The columns of the table of sessions: their heads, and what each says of a session.
 */
import type { Clock } from './clock.js';
import { foreign, make } from './dom.js';
import type { SortKey } from './row-order.js';
import { type Sessions, symptomsText } from './sessions.js';
import type { Span } from './span.js';
import { bytesText, countText, endText, NOTHING, secondsText } from './texts.js';

export interface TableColumn {
  readonly key: SortKey;
  readonly name: string;
  readonly title: string;
  readonly number?: boolean;
  /** In characters. */
  readonly width: number;
  readonly cell: (row: number) => string | Node;
}

/** That of HTTP only where there is any. */
export function columnsOf(sessions: Sessions, span: Span, clock: Clock): TableColumn[] {
  const { at, told, http } = sessions;
  const withDate = clock.date(span.origin) !== clock.date(span.origin + span.whole[1]);
  const seconds = (row: number): string =>
    `${withDate ? `${clock.date(at.first[row])} ` : ''}${clock.time(at.first[row], 6)}`;
  const endWidth =
    5 +
    Math.max(
      9,
      told.addresses.reduce((most, address) => Math.max(most, address.length), 0),
    );
  const columns: TableColumn[] = [
    {
      key: 'session',
      width: String(told.total).length + 1,
      name: '#',
      title: 'Number, in the order in which they began',
      number: true,
      cell: (row) => make('a', { href: `#session=${at.session[row]}`, tabindex: -1 }, String(at.session[row])),
    },
    {
      key: 'first',
      width: withDate ? 23 : 14,
      name: `first (${clock.zone})`,
      title: 'Time of the first packet',
      number: true,
      cell: seconds,
    },
    {
      key: 'duration',
      width: 9,
      name: 'duration',
      title: 'First to last packet',
      number: true,
      cell: (row) => secondsText(at.duration[row]),
    },
    {
      key: 'src',
      width: endWidth,
      name: 'client',
      title: 'Address and port of the side that began',
      cell: (row) => foreign(endText(told.addresses[at.src[row]], at.src_port[row])),
    },
    {
      key: 'dst',
      width: endWidth,
      name: 'server',
      title: 'Address and port of the other side',
      cell: (row) => foreign(endText(told.addresses[at.dst[row]], at.dst_port[row])),
    },
    { key: 'state', width: 5, name: 'state', title: "As Zeek's conn_state", cell: (row) => told.states[at.state[row]] },
    {
      key: 'closing',
      width: 10,
      name: 'ended by',
      title: 'What ended it',
      cell: (row) => foreign(told.closings[at.closing[row]]),
    },
    {
      key: 'symptoms',
      width: 24,
      name: 'symptoms',
      title: 'Segments with something wrong; sorted by how many, or by those that are shown',
      cell: (row) =>
        [at.resets[row] > 0 && `reset ${at.resets[row]}`, symptomsText(sessions, row)].filter(Boolean).join(', '),
    },
    {
      key: 'packets_src',
      width: 7,
      name: 'pkts →',
      title: 'Packets of the client',
      number: true,
      cell: (row) => countText(at.packets_src[row]),
    },
    {
      key: 'packets_dst',
      width: 6,
      name: '←',
      title: 'Packets of the server',
      number: true,
      cell: (row) => countText(at.packets_dst[row]),
    },
    {
      key: 'payload_src',
      width: 8,
      name: 'payload →',
      title: 'Payload of the client',
      number: true,
      cell: (row) => bytesText(at.payload_src[row]),
    },
    {
      key: 'payload_dst',
      width: 7,
      name: '←',
      title: 'Payload of the server',
      number: true,
      cell: (row) => bytesText(at.payload_dst[row]),
    },
    {
      key: 'handshake',
      width: 9,
      name: 'handshake',
      title: 'SYN to ACK',
      number: true,
      cell: (row) => secondsText(at.handshake[row]),
    },
    {
      key: 'rtt',
      width: 9,
      name: 'round trip',
      title: 'Mean of the data of the slower side',
      number: true,
      cell: (row) => secondsText(at.rtt[row]),
    },
  ];
  if (http.size > 0) {
    const text = (row: number): string => {
      const found = http.get(row);
      return found === undefined ? '' : `${found.method} ${found.host} ${found.status ?? NOTHING}`;
    };
    columns.push({
      key: 'http',
      width: 30,
      name: 'HTTP',
      title: 'First request and status of its answer',
      cell: (row) => foreign(text(row)),
    });
  }
  return columns;
}
