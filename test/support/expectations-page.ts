/**
 * docs/expectations.md: the language of expectations, and all metrics as the table has them.
 */
import { isKept } from '../../src/expect/key-figures.js';
import type { Metric } from '../../src/expect/metric.js';
import { METRICS } from '../../src/expect/metrics.js';

const INTRODUCTION = `# Expectations

\`tcploom check\` holds expectations against captures. One is

    METRIC OP VALUE[UNIT] [or unknown]

as \`retransmissions <= 0.1%\`, \`handshake.p99 < 50ms\`, \`tcpeek.reject == 0\`, \`sessions{dst_port=443}.rst == 0\`. OP is one of \`<=\` \`>=\` \`==\` \`!=\` \`<\` \`>\`. What could be
meant in two ways is refused, and a mark shows where.

**Units.** A count has none. \`%\` behind it means its share of what the table names under "share of": \`retransmissions <= 5\` is a number of segments, \`retransmissions
<= 0.1%\` a share of all segments. \`/s\` means how many in each second from the first packet of any session to the last. Times need one of \`s\`, \`ms\`, \`us\`, \`ns\`, unless they are 0. Bytes
are \`B\` (or nothing), \`kB\`, \`MB\`, \`GB\`, \`TB\` (powers of 1000), \`KiB\`, \`MiB\`, \`GiB\`, \`TiB\` (of 1024; \`kiB\` is \`KiB\`), \`KB\` is neither. Rates are these with \`/s\`, or \`bit/s\`, \`kbit/s\`,
\`Mbit/s\`, \`Gbit/s\`.

**Some sessions.** \`sessions{CONDITION, ...}\` before a metric of sessions, with a dot between them, means those for which all conditions hold; \`sessions{...} == 0\` counts them. A condition
compares a column of the records of sessions ([records.md](records.md)) by \`=\` \`!=\` \`<\` \`<=\` \`>\` \`>=\` with a value, in double quotes where it has blanks or \`" , = { } < > !\` in it.
An address may be a network (\`src=10.0.0.0/8\`), times may have units (\`duration>1s\`); \`addr\` and \`port\` are those of either side. Without conditions, \`sessions.packets\` is
the packets of all sessions where \`packets\` is those of the capture.

**What is not known.** The 99th percentile of no handshakes is not a number, and a share of nothing is none either. An expectation of such a value is not met, and it is told as "not
known": whoever expects something of a capture in which there is nothing to see would like to hear of that. \`or unknown\` behind the expectation, or
\`allow_unknown: true\` in \`tcploom.yml\`, lets it hold. A count of nothing is 0, and is known.

**Quantiles** are those of sessions, at most 1/64 above the exact value (nearest rank) and never below it; least and greatest are exact.

**Damage.** A capture that is damaged ends a check with exit code 1 though all expectations are met, unless \`--allow-damaged\` or \`allow_damaged: true\` is said of it, or something is expected
of \`damaged\`: then that decides.

**Nothing expected.** A capture that no expectation is about, and that is compared with no snapshot, is a mistake of whoever wrote them: exit code 2, before anything is read.

**No session.** An expectation of \`sessions{...}\` that holds though the conditions choose no session is told as such, in every output: perhaps others were meant. Only of how many there
are (\`sessions{...} == 0\`) nothing is said.

**Ended early.** A check that SIGINT, SIGTERM or SIGHUP ends tells what it found in the captures before, in every output, and names those that were not checked; its exit code is that of the
signal: 130, 143 or 129. The same is told where the program itself fails, with exit code 2; a snapshot that cannot be written is an expectation that is not met.

**Snapshots** hold the metrics below that have a mark under "snapshot", of all sessions; those of sessions whose names the capture has too begin with \`sessions.\`. Figures that are taken
out of a snapshot are not compared. Every difference counts, to the better as well, if it is larger than the tolerance. The 100 pairs of endpoints with the most payload are figures, too: their
sessions, payload, packets and retransmissions are compared, with the tolerances of \`sessions\`, \`payload\`, \`sessions.packets\` and \`retransmissions\`. Of captures with more than 16384
pairs some are not exact: they have an \`error\`, by so many bytes their payload may be less, and their other counts may be more than is known; what may be the same is no difference.
A pair that comes in addition is no difference. Who takes pairs out of a snapshot sets its \`all_pairs\` to \`false\`.
`;

/** What a unit is called. */
const UNITS = { count: '', seconds: 'time', bytes: 'bytes', rate: 'bytes a second' } as const;

function section(title: string, text: string, metrics: readonly Metric[]): string {
  const rows = metrics.map((metric) => {
    const { name, aliases, quantity, meaning, whole, worse } = metric;
    const names = [name, ...aliases].map((one) => `\`${one}\``).join(', ');
    const kept = isKept(metric) ? 'x' : '';
    return `| ${names} | ${UNITS[quantity]} | ${whole === undefined ? '' : `\`${whole}\``} | ${worse ?? ''} | ${kept} | ${meaning} |`;
  });
  const head = '| name | unit | share of | worse | snapshot | meaning |\n|---|---|---|---|---|---|';
  return `## ${title}\n\n${text}${head}\n${rows.join('\n')}\n`;
}

const ofScope = (scope: Metric['scope']): Metric[] => METRICS.filter((metric) => metric.scope === scope);

/** The page as it should be. */
export const expectationsPage = (): string =>
  [
    INTRODUCTION,
    section('Of sessions', 'Of all, or of some.\n\n', ofScope('sessions')),
    section(
      'Of captures',
      `As a whole. \`tcpeek.NAME\` is of all handshakes: of \`ALL\`, or where local addresses are known, of \`RX\` and \`TX\` together, so a session between two local addresses counts twice.
\`tcpeek.FILTER.NAME\` is of those that one filter counts, as \`tcpeek.web.reject\`, or with quotes, \`tcpeek."my web".reject\`.

`,
      ofScope('capture'),
    ),
  ].join('\n');
