/**
 * Compressed inputs, made by the programs that are made for it: all of their bytes, and of damaged ones at least what
 * those programs give, with what is wrong.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Compression } from '../../src/capture/compression.js';
import { FeedSource } from '../../src/capture/feed-source.js';
import { hasZstd } from '../../src/feed/zstd-stream.js';
import { type Fed, Feeding } from '../support/feeding.js';
import { temporaryFolder } from '../support/launch.js';
import { assertPrompt } from '../support/prompt.js';
import { Random } from '../support/random.js';

const FOLDER = temporaryFolder();
const TOOLS: readonly Compression[] = ['gzip', 'zstd', 'lz4', 'xz', 'bzip2'];
const MOST_OUTPUT_BYTES = 1 << 27;

const isThere = (tool: string): boolean => spawnSync(tool, ['--version'], { input: '' }).error === undefined;
const missing = (tool: string): false | string => !isThere(tool) && `no program ${tool} here`;

/** Bytes that compress about as captures do. */
function content(bytes: number, seed: number): Buffer {
  const random = new Random(seed);
  const buffer = Buffer.alloc(bytes);
  const phrases = Array.from({ length: 200 }, () => Buffer.from(Array.from({ length: 40 }, () => random.below(256))));
  for (let at = 0; at < bytes; ) {
    at += random.pick(phrases).copy(buffer, at);
    for (let i = 0; i < 12 && at < bytes; i++) buffer[at++] = random.below(256);
  }
  return buffer;
}

const CONTENT = content(1_500_000, 1);
const OTHER = content(300_000, 2);

const compressed = new Map<string, Buffer>();

/** What the program makes of the bytes, quickly; a copy, so that a test may damage it. */
function compress(tool: string, bytes: Buffer, ...args: string[]): Buffer {
  const key = [tool, ...args, createHash('sha1').update(bytes).digest('hex')].join(' ');
  if (!compressed.has(key)) compressed.set(key, compressAnew(tool, bytes, args.length === 0 ? ['-1'] : args));
  return Buffer.from(compressed.get(key)!);
}

function compressAnew(tool: string, bytes: Buffer, args: string[]): Buffer {
  return execFileSync(tool, ['-c', ...args], {
    input: bytes,
    maxBuffer: MOST_OUTPUT_BYTES,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

/** What the program itself gives of perhaps damaged data. */
function toolOutput(tool: string, bytes: Buffer): Buffer {
  return spawnSync(tool, ['-dc'], { input: bytes, maxBuffer: MOST_OUTPUT_BYTES }).stdout;
}

let feeding: Feeding;
before(() => {
  feeding = new Feeding();
});
after(() => feeding.end());

let files = 0;
function asFile(bytes: Buffer): Fed {
  const path = join(FOLDER, `input-${files++}`);
  writeFileSync(path, bytes);
  return feeding.readInput(path);
}

function asPipe(bytes: Buffer): Fed {
  const path = join(FOLDER, `input-${files++}`);
  writeFileSync(path, bytes);
  execFileSync('mkfifo', [`${path}.fifo`]);
  spawn('sh', ['-c', `cat '${path}' > '${path}.fifo'`], { stdio: 'ignore' });
  return feeding.readInput(`${path}.fifo`);
}

const WAYS = [
  ['file', asFile],
  ['pipe', asPipe],
] as const;

function assertWhole({ bytes, outcome }: Fed, expected: Buffer, compressions: string[], inputBytes: number): void {
  assert.deepEqual(outcome, { compressions, inputBytes, isFinished: false });
  assert.ok(bytes.equals(expected), `${bytes.length} bytes`);
}

describe('a whole input', () => {
  for (const [way, read] of WAYS) {
    for (const tool of TOOLS) {
      it(`of ${tool}, from a ${way}`, { skip: missing(tool) }, () => {
        const data = compress(tool, CONTENT);
        assertWhole(read(data), CONTENT, [tool], data.length);
      });

      it(`of two of ${tool} in a row, from a ${way}`, { skip: missing(tool) }, () => {
        const data = Buffer.concat([compress(tool, CONTENT), compress(tool, OTHER)]);
        assertWhole(read(data), Buffer.concat([CONTENT, OTHER]), [tool], data.length);
      });
    }

    it(`not compressed, from a ${way}`, () => assertWhole(read(CONTENT), CONTENT, [], CONTENT.length));
    it(`of few bytes, from a ${way}`, () => assertWhole(read(Buffer.from('abc')), Buffer.from('abc'), [], 3));
    it(`of no bytes, from a ${way}`, () => assertWhole(read(Buffer.alloc(0)), Buffer.alloc(0), [], 0));
  }

  it('of gzip with all fields of a header, many small members and zeros behind', () => {
    const plain = gzipSync(OTHER.subarray(0, 5000));
    const flags = Buffer.from([0x1f, 0x8b, 8, 2 + 4 + 8 + 16, 0, 0, 0, 0, 0, 3, 3, 0, 1, 2, 3]);
    const names = Buffer.from('name\0comment\0CC');
    const full = Buffer.concat([flags, names, plain.subarray(10)]);
    const data = Buffer.concat([...new Array<Buffer>(300).fill(full), Buffer.alloc(1000)]);
    const expected = Buffer.concat(new Array<Buffer>(300).fill(OTHER.subarray(0, 5000)));
    assertWhole(asFile(data), expected, ['gzip'], data.length);
    assertWhole(asPipe(data), expected, ['gzip'], data.length);
  });

  it('of gzip whose content is empty', () => {
    const data = gzipSync('');
    assertWhole(asFile(data), Buffer.alloc(0), ['gzip'], data.length);
  });

  const SKIPPABLE = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5]);
  for (const tool of ['zstd', 'lz4']) {
    it(`of ${tool} with skippable frames before, between and behind`, { skip: missing(tool) }, () => {
      const data = Buffer.concat([SKIPPABLE, compress(tool, CONTENT), SKIPPABLE, compress(tool, OTHER), SKIPPABLE]);
      assertWhole(asFile(data), Buffer.concat([CONTENT, OTHER]), [tool], data.length);
    });
  }

  it("of lz4's old format", { skip: missing('lz4') }, () => {
    const data = compress('lz4', CONTENT, '-l');
    assertWhole(asFile(data), CONTENT, ['lz4'], data.length);
  });

  it('of zstd with all kinds of blocks and frames', { skip: missing('zstd') }, () => {
    const zeros = Buffer.alloc(3_000_000);
    const noise = content(400_000, 3).map((byte, index) => byte ^ (index * 2654435761) ^ (index >> 7));
    for (const args of [['-1'], ['-19'], ['--no-check'], ['--long=27'], ['--no-content-size']]) {
      for (const bytes of [zeros, Buffer.from(noise), OTHER, Buffer.alloc(0), Buffer.from('x')]) {
        const data = compress('zstd', bytes, ...args);
        assertWhole(asFile(data), bytes, ['zstd'], data.length);
      }
    }
  });

  it('compressed three times', { skip: missing('xz') || missing('lz4') }, () => {
    const data = compress('xz', compress('lz4', gzipSync(CONTENT)));
    assertWhole(asFile(data), CONTENT, ['xz', 'lz4', 'gzip'], data.length);
  });
});

describe('a damaged input', () => {
  /** At least what the program gives, the same bytes, and a problem. */
  function assertDamaged(fed: Fed, tool: string, data: Buffer, found: RegExp): void {
    const reference = toolOutput(tool, data);
    assert.ok(fed.bytes.length >= reference.length, `${fed.bytes.length} bytes, ${tool} -dc gives ${reference.length}`);
    assert.ok(fed.bytes.subarray(0, reference.length).equals(reference), 'the same bytes');
    assert.match(fed.outcome.problem?.found ?? '', found);
    assert.doesNotMatch(fed.outcome.problem!.found, /\n|stdin/);
  }

  for (const [way, read] of WAYS) {
    for (const tool of TOOLS) {
      it(`cut, of ${tool}, from a ${way}`, { skip: missing(tool) }, () => {
        const whole = compress(tool, CONTENT);
        for (const part of [0.001, 0.3, 0.77, 1]) {
          const data = whole.subarray(0, Math.floor(whole.length * part) - 1);
          const fed = read(data);
          assertDamaged(fed, tool, data, new RegExp(`cut|the ${tool} data is damaged`));
          if (tool === 'gzip') assert.equal(fed.outcome.problem!.byteOffset, data.length);
        }
      });

      it(`with a byte changed, of ${tool}, from a ${way}`, { skip: missing(tool) }, () => {
        const whole = compress(tool, CONTENT);
        for (const part of [0.1, 0.5, 0.9]) {
          const data = Buffer.from(whole);
          const at = Math.floor(data.length * part);
          data.fill(0x55, at, at + 30);
          const fed = read(data);
          assertDamaged(fed, tool, data, new RegExp(`^the ${tool} data is damaged: .`));
          if (tool === 'gzip') assert.ok(fed.outcome.problem!.byteOffset! > at - 64 * 1024);
        }
      });

      it(`with something else behind, of ${tool}, from a ${way}`, { skip: missing(tool) }, () => {
        const whole = compress(tool, OTHER);
        const data = Buffer.concat([whole, Buffer.from('something else, which is no compressed data')]);
        const fed = read(data);
        assertDamaged(fed, tool, data, new RegExp(`bytes after the|the ${tool} data is damaged`));
        assert.ok(fed.bytes.equals(OTHER));
        if (tool === 'gzip') assert.equal(fed.outcome.problem!.byteOffset, whole.length);
      });
    }

    it(`with a wrong CRC, of gzip, from a ${way}: all bytes, and where`, () => {
      const data = gzipSync(CONTENT);
      data[data.length - 8] ^= 1;
      const { bytes, outcome } = read(data);
      assert.ok(bytes.equals(CONTENT));
      assert.equal(outcome.problem!.byteOffset, data.length - 8);
      assert.match(outcome.problem!.found, /^the gzip data is damaged: its CRC is [0-9a-f]{8}$/);
    });

    it(`with a wrong length, of gzip, from a ${way}: all bytes, and where`, () => {
      const data = gzipSync(CONTENT);
      data[data.length - 4] ^= 1;
      const { bytes, outcome } = read(data);
      assert.ok(bytes.equals(CONTENT));
      assert.match(outcome.problem!.found, /1500000 bytes were compressed$/);
    });
  }

  it('within another compression is told with its place there', { skip: missing('xz') }, () => {
    const inner = gzipSync(CONTENT);
    inner[inner.length - 8] ^= 1;
    const { bytes, outcome } = asFile(compress('xz', inner));
    assert.ok(bytes.equals(CONTENT));
    assert.equal(outcome.problem!.byteOffset, undefined);
    assert.match(outcome.problem!.found, /^within the xz data at byte \d+: the gzip data is damaged: its CRC/);
  });

  it('further out is told as that', { skip: missing('xz') }, () => {
    const data = gzipSync(compress('xz', CONTENT));
    const { outcome } = asFile(data.subarray(0, data.length - 100));
    assert.equal(outcome.problem!.found, 'the file is cut: the gzip data goes on');
    assert.equal(outcome.problem!.byteOffset, data.length - 100);
  });

  it('compressed four times is too much', () => {
    const { bytes, outcome } = asFile(gzipSync(gzipSync(gzipSync(gzipSync(OTHER)))));
    assert.equal(bytes.length, 0);
    assert.deepEqual(outcome.problem, {
      found: 'gzip data within gzip data within gzip data within gzip data',
      expected: 'at most 3 layers of compression',
    });
  });
});

describe('a compressed input', () => {
  it('says what to install where its program is not there', { skip: missing('lz4') || missing('xz') }, async () => {
    const nowhere = join(FOLDER, 'bin');
    mkdirSync(nowhere);
    symlinkSync(process.execPath, join(nowhere, 'node'));
    const path = process.env.PATH;
    const files = [compress('lz4', OTHER), compress('xz', OTHER)].map((data, index) => {
      const file = join(FOLDER, `uninstalled-${index}`);
      writeFileSync(file, data);
      return file;
    });
    process.env.PATH = nowhere;
    const other = new Feeding();
    try {
      assert.deepEqual(other.readInput(files[0]).outcome.problem, {
        found: 'lz4 data, and no program lz4 to decompress it',
        expected: 'it in the PATH: install lz4',
      });
      assert.match(other.readInput(files[1]).outcome.problem!.expected!, /xz-utils/);
    } finally {
      process.env.PATH = path;
      await other.end();
    }
  });

  for (const tool of TOOLS) {
    it(`of ${tool} closed early lets the next one follow`, { skip: missing(tool) }, async () => {
      const file = join(FOLDER, `early.${tool}`);
      writeFileSync(file, compress(tool, Buffer.concat(new Array<Buffer>(8).fill(CONTENT))));
      for (const wanted of [24, 200_000]) {
        await assertPrompt(500, () => {
          const source = new FeedSource(feeding.link, { kind: 'input', name: file });
          const into = Buffer.alloc(wanted);
          for (let got = 0; got < wanted; ) got += Math.max(0, source.read(into, got, wanted - got));
          assert.ok(into.equals(CONTENT.subarray(0, wanted)));
          const beganMs = performance.now();
          source.close();
          const tookMs = performance.now() - beganMs;
          assert.equal(source.outcome!.problem, undefined);
          assert.ok(source.outcome!.inputBytes <= readFileSync(file).length);
          return tookMs;
        });
      }
      assert.ok(asFile(compress(tool, OTHER)).bytes.equals(OTHER));
    });
  }

  it(`of zstd is ${hasZstd ? '' : 'not '}read by node itself here`, () => {
    const [major, minor] = process.versions.node.split('.').map(Number);
    assert.equal(hasZstd, major > 23 || (major === 23 && minor >= 8) || (major === 22 && minor >= 15));
  });
});
