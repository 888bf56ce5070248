import assert from 'node:assert/strict';
import { isIPv6 } from 'node:net';
import { it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { parseIp6 } from '../../src/filter/address-text.js';
import { checkProperty } from '../support/property.js';

it('takes for IPv6 addresses what node does', (t: TestContext) => {
  for (const text of [
    '::',
    '1:2:3:4:5:6:7::',
    '::ffff:1.2.3.4',
    '1.2.3.4::',
    '1.2.3.4::5',
    '::01.2.3.4',
    '::1.2.3.4:5',
    '::256.1.1.1',
  ]) {
    assert.equal(parseIp6(text) !== undefined, isIPv6(text), text);
  }
  const piece = fc.constantFrom(
    '0',
    '1',
    'ffff',
    '0db8',
    '12345',
    '1.2.3.4',
    '0.0.0.0',
    '1.2.3',
    '01.2.3.4',
    '1.2.3.256',
    'g',
    '',
  );
  const pieces = fc.array(fc.tuple(piece, fc.constantFrom(':', ':', ':', '::')), { maxLength: 9, size: 'max' });
  const property = fc.property(pieces, piece, (list, last) => {
    const text = list.flat().join('') + last;
    assert.equal(parseIp6(text) !== undefined, isIPv6(text), text);
  });
  checkProperty(t, property, 3000);
});
