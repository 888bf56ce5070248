/**
 * The hash of one block against node's, and Community IDs against the published examples of the specification.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CommunityId } from '../../src/records/community-id.js';
import { ONE_BLOCK_BYTES, Sha1Block } from '../../src/records/sha1-block.js';
import { checkProperty } from '../support/property.js';

const TUPLE = { v6: 0, src: 1, dst: 5, srcPort: 9, dstPort: 10 };

function idOf(src: number[], srcPort: number, dst: number[], dstPort: number, seed = 0): string {
  const fields = new Float64Array(11);
  fields[TUPLE.v6] = src.length === 4 ? 1 : 0;
  fields.set(src, TUPLE.src);
  fields.set(dst, TUPLE.dst);
  fields[TUPLE.srcPort] = srcPort;
  fields[TUPLE.dstPort] = dstPort;
  const id = new CommunityId(seed);
  id.make(fields, TUPLE);
  return Buffer.from(id.bytes).toString('latin1');
}

describe('SHA-1 of one block', () => {
  it('is that of node', (t) => {
    const sha1 = new Sha1Block();
    const property = fc.property(fc.uint8Array({ maxLength: ONE_BLOCK_BYTES }), (message) => {
      sha1.message.set(message);
      sha1.digest(message.length);
      const view = Buffer.alloc(20);
      sha1.words.forEach((word, index) => {
        view.writeInt32BE(word, 4 * index);
      });
      assert.equal(view.toString('hex'), createHash('sha1').update(message).digest('hex'));
    });
    checkProperty(t, property, 500);
  });

  it('refuses a longer message', () => {
    assert.throws(() => new Sha1Block().digest(ONE_BLOCK_BYTES + 1), RangeError);
  });
});

describe('Community ID', () => {
  const CLIENT = [0x80e86e78];
  const SERVER = [0x4223facc];
  const CLIENT_6 = [0x20010470, 0xe5bfdead, 0x49572174, 0xe82c4887];
  const SERVER_6 = [0x2607f8b0, 0x400c0c03, 0, 0x1a];

  it('is as published, for both directions', () => {
    assert.equal(idOf(CLIENT, 34855, SERVER, 80), '1:LQU9qZlK+B5F3KDmev6m5PMibrg=');
    assert.equal(idOf(SERVER, 80, CLIENT, 34855), '1:LQU9qZlK+B5F3KDmev6m5PMibrg=');
    assert.equal(idOf(CLIENT_6, 63943, SERVER_6, 25), '1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=');
    assert.equal(idOf(SERVER_6, 25, CLIENT_6, 63943), '1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=');
  });

  it('depends on the seed', () => {
    assert.equal(idOf(CLIENT, 34855, SERVER, 80, 1), '1:3V71V58M3Ksw/yuFALMcW0LAHvc=');
  });

  it('orders by port where the addresses are the same', () => {
    assert.equal(idOf(CLIENT, 1, CLIENT, 2), idOf(CLIENT, 2, CLIENT, 1));
    assert.notEqual(idOf(CLIENT, 1, CLIENT, 2), idOf(CLIENT, 1, CLIENT, 3));
  });
});
