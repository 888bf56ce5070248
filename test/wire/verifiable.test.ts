import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isVerifiable4, isVerifiable6 } from '../../src/wire/verifiable.js';
import {
  authentication,
  type Bytes,
  before,
  extension,
  fragmentHeader,
  ipv4,
  ipv6,
  type Layer,
  stack,
  zeros,
} from '../support/craft-layers.js';

/** The header lies somewhere in its memory, which ends with it. */
const AT = 3;
const viewOf = (header: Bytes): DataView => new DataView(Uint8Array.from([...zeros(AT), ...header]).buffer);

function of4(fragment: number, ...options: number[]): boolean {
  const words = options.length / 4;
  return isVerifiable4(viewOf([...ipv4(6, fragment, words)([]).slice(0, 20), ...options]), AT);
}

function of6(...layers: Layer[]): boolean {
  const header = stack(...layers)([]);
  return isVerifiable6(viewOf(header), AT, AT + header.length);
}

describe('what IPv4 carries can be verified', () => {
  it('but for fragments', () => {
    assert.deepEqual([of4(0), of4(0x4000), of4(0x2000), of4(1), of4(0x1000)], [true, true, false, false, false]);
  });

  it('but on its way along a source route', () => {
    for (const route of [131, 137]) {
      assert.equal(of4(0, route, 7, 4, 10, 0, 0, 1, 0), false);
      assert.equal(of4(0, 1, route, 7, 4, 10, 0, 0, 1), false);
      assert.equal(of4(0, 148, 4, 0, 0, 1, route, 7, 4, 10, 0, 0, 1), false);
      assert.equal(of4(0, route, 7, 7, 10, 0, 0, 1, 0), false);
      assert.equal(of4(0, route, 7, 8, 10, 0, 0, 1, 0), true, 'the route is at its end');
      assert.equal(of4(0, 0, route, 7, 4), true, 'behind the end of options');
    }
  });

  it('whatever else is in the options, complete or not', () => {
    for (const options of [
      [1, 1, 1, 1],
      [7, 3, 4, 0],
      [68, 0, 0, 0],
      [7, 255, 4, 0],
      [1, 1, 1, 131],
      [1, 1, 131, 7],
    ]) {
      assert.equal(of4(0, ...options), true, options.join());
    }
  });
});

describe('what IPv6 carries can be verified', () => {
  const routing = (left: number): Layer => before(6, 1, 4, left, ...zeros(12));

  it('behind options, AH, and routes that are at their end', () => {
    assert.ok(of6(ipv6(6)) && of6(ipv6(0), extension(60), extension(6)) && of6(ipv6(51), authentication(6)));
    assert.equal(of6(ipv6(43), routing(0)), true);
    assert.equal(of6(ipv6(43), routing(1)), false);
    assert.equal(of6(ipv6(60), extension(43), routing(3)), false);
  });

  it('but for fragments of several', () => {
    assert.equal(of6(ipv6(44), fragmentHeader(6, 0)), true);
    assert.equal(of6(ipv6(44), fragmentHeader(6, 1)), false);
    assert.equal(of6(ipv6(44), fragmentHeader(6, 8)), false);
    assert.equal(of6(ipv6(44), fragmentHeader(6, 6)), true, 'reserved bits');
  });

  it('but where hosts are known by other addresses', () => {
    for (const kind of [135, 139, 140, 59]) assert.equal(of6(ipv6(kind), extension(6)), false);
    const home = (...pad: number[]): Layer => before(6, 2, ...pad, 201, 16, ...zeros(20 - pad.length));
    for (const pad of [[], [0], [1, 0], [1, 2, 0, 0]]) assert.equal(of6(ipv6(60), home(...pad)), false);
    // Within another option it is none, and the end of the header ends all.
    for (const options of [
      [1, 4, 201, 201, 201, 201],
      [30, 255, 201, 0, 0, 0],
      [0, 0, 0, 0, 0, 30],
    ]) {
      assert.equal(of6(ipv6(60), before(6, 0, ...options)), true, options.join());
    }
  });

  it('only when the headers end where it starts', () => {
    const header = stack(ipv6(60), extension(6))([]);
    assert.equal(isVerifiable6(viewOf(header), AT, AT + 48), false);
  });
});
