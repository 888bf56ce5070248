import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseAddressRange } from '../../src/tcpeek/address-range.js';

const ONES = 0xffffffff;

describe('a range of addresses', () => {
  const cases: [text: string, words: number[], mask: number[]][] = [
    ['192.0.2.1', [0xc0000201], [ONES]],
    ['192.168.1.7/24', [0xc0a80100], [0xffffff00]],
    ['255.255.255.255/1', [0x80000000], [0x80000000]],
    ['10.0.0.0/0', [0], [0]],
    ['10.0.0.0/008', [0x0a000000], [0xff000000]],
    ['2001:db8::1', [0x20010db8, 0, 0, 1], [ONES, ONES, ONES, ONES]],
    ['[2001:db8::1]', [0x20010db8, 0, 0, 1], [ONES, ONES, ONES, ONES]],
    ['2001:db8::1/33', [0x20010db8, 0, 0, 0], [ONES, 0x80000000, 0, 0]],
    ['[2001:db8:ffff::1]/33', [0x20010db8, 0x80000000, 0, 0], [ONES, 0x80000000, 0, 0]],
    ['[2001:db8::1/127]', [0x20010db8, 0, 0, 0], [ONES, ONES, ONES, 0xfffffffe]],
    ['::/0', [0, 0, 0, 0], [0, 0, 0, 0]],
    ['::ffff:192.0.2.1/96', [0, 0, 0xffff, 0], [ONES, ONES, ONES, 0]],
  ];
  for (const [text, words, mask] of cases) {
    it(text, () => assert.deepEqual(parseAddressRange(text), { words, mask }));
  }

  const none = [
    ...[
      '',
      '*',
      '%',
      'localhost',
      '10',
      '10.0.0',
      '1.2.3.4.5',
      '1.2.3.256',
      '01.2.3.4',
      '1.2.3.4 ',
      '1.2.3.4/',
      '1.2.3.4/33',
    ],
    ...[
      '1.2.3.4/8/8',
      '[1.2.3.4]',
      '[::1',
      '::1]',
      '[::1]]',
      '[[::1]]',
      '[]',
      ':',
      ':::',
      '1::2::3',
      '::12345',
      '::1/129',
    ],
    ...[
      '::ffff:01.2.3.4',
      '1.2.3.4::1',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      'fe80::1%1',
      '[::1/8]/8',
      '::1/+8',
      '0x7f.0.0.1',
    ],
  ];
  for (const text of none) it(`is not '${text}'`, () => assert.equal(parseAddressRange(text), undefined));
});
