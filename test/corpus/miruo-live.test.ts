/**
 * What the original printed on a real interface while a capture was made there is printed again when that capture is played back
 * to an interface here: the same lines session by session, and the same statistics.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { capturePath, corpusMissing, goldenText } from '../support/corpus.js';
import { temporaryFolder } from '../support/launch.js';
import { cannotReplay, REPLAY_DEVICE, type Replayed, replay } from '../support/replay.js';
import { assertNear, dayMsOf, mostMsOff, sinceFirst } from '../support/replay-times.js';

const CAPTURE = 'own/live1.pcap';
/** Times and durations of a line, in milliseconds, and the line without them. */
interface Timed {
  readonly text: string;
  readonly dayMs: number | undefined;
  readonly lastedMs: number | undefined;
}

function timed(line: string): Timed {
  const day = / (\d\d):(\d\d):(\d\d)\.(\d{3}) /.exec(line);
  const lasted = /^\d{4} +(\d+)\.(\d{3}) \|/.exec(line);
  return {
    text: line.replace(day?.[0] ?? ' TIME ', ' TIME ').replace(/^(\d{4}) +\d+\.\d{3} \|/, '$1 LASTED |'),
    dayMs: day === null ? undefined : dayMsOf(day[1], day[2], day[3], day[4]),
    lastedMs: lasted === null ? undefined : Number(lasted[1] + lasted[2]),
  };
}

const linesOf = (stdout: string): Timed[] => stdout.trimEnd().split('\n').slice(1).map(timed);

const daysOf = (lines: readonly Timed[]): (number | undefined)[] => sinceFirst(lines.map(({ dayMs }) => dayMs));

const figures = (text: string): Map<string, string> =>
  new Map([...text.matchAll(/^ *([A-Za-z0-9 ]+?) *: (.+)$/gm)].map(([, name, value]) => [name, value]));

/** Of the process, or of what differs on purpose: the limits, and repeats, which the original does not count. */
const OTHERS = ['CPU', 'VSZ', 'RSS', 'ActiveSessionLim', 'ActiveSegmentLim', 'Retransmit', 'Capture Time'];
/** From the first packet of the capture to the last, in whole seconds; the original counted on until it was stopped. */
const CAPTURE_SEC = 26;

const skip = corpusMissing || (existsSync(capturePath(CAPTURE)) ? cannotReplay() : 'the capture is not in the corpus');

describe('a capture played back to an interface', { skip }, () => {
  const folder = temporaryFolder();
  const run: Promise<Replayed> | undefined = skip
    ? undefined
    : replay(capturePath(CAPTURE), ['miruo', '-i', REPLAY_DEVICE, '-C0', '-r', '200'], folder);
  const mostMs = async (): Promise<number> => mostMsOff(readFileSync(capturePath(CAPTURE)), (await run!).came);

  it('gives the lines that the original gave', async (t) => {
    const { code, stdout, stderr } = await run!;
    assert.equal(code, 0, stderr);
    const found = linesOf(stdout);
    const expected = linesOf(goldenText('own_live1.real-interface.txt'));
    assert.deepEqual(
      found.map(({ text }) => text),
      expected.map(({ text }) => text),
    );
    assert.ok(found.length > 15);
    t.diagnostic(`times within ${(await mostMs()).toFixed(0)} ms`);
    assertNear(daysOf(found), daysOf(expected), await mostMs());
    assertNear(
      found.map(({ lastedMs }) => lastedMs),
      expected.map(({ lastedMs }) => lastedMs),
      await mostMs(),
    );
  });

  it('gives the statistics that the original gave', async () => {
    const found = figures((await run!).stderr);
    const expected = figures(goldenText('own_live1.real-interface.stats.txt'));
    for (const [name, value] of expected) if (!OTHERS.includes(name)) assert.equal(found.get(name), value, name);
    assert.ok(expected.size > 20);
    const seconds = Number(/^00:00:(\d\d)$/.exec(found.get('Capture Time') ?? '')?.[1]);
    assert.ok(Math.abs(seconds - CAPTURE_SEC) <= 1 + (await mostMs()) / 1000, found.get('Capture Time'));
  });
});

it('times are taken out of a line and compared', () => {
  const line = '0013:0631 08:07:05.962 |            CLOSED <-A-R--< CLOSED            | 89BAA56A/97155E61   66 - <>';
  const { text, dayMs } = timed(line);
  assert.equal(dayMs, 29_225_962);
  assert.equal(text, line.replace('08:07:05.962', 'TIME'));
  assert.equal(timed('0013             0.002 |  10.9.0.1:53256 == ').lastedMs, 2);
  assert.throws(() => assertNear([0, 1001], [0, 0], 1000));
});
