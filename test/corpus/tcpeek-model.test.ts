/**
 * The model of tcpeek gives every reference output of the original: what the product is compared with is itself right.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { peekText, tcpeekModel } from '../model/tcpeek-model.js';
import { corpusMissing } from '../support/corpus.js';
import { normalised, packetsOf, peekRows, sha256Of } from '../support/peek-rows.js';

describe("the model's handshakes", { skip: corpusMissing }, () => {
  const rows = corpusMissing ? [] : peekRows();
  for (const set of ['rx', 'tx', 'cksum']) {
    test(`are those of the reference outputs, option set ${set}`, (t) => {
      const chosen = rows.filter((row) => row.set === set);
      const different = chosen.filter(({ capture, options, sha256 }) => {
        const result = tcpeekModel(packetsOf(capture), options);
        return sha256Of(normalised(peekText(result, options.icmp))) !== sha256;
      });
      t.diagnostic(`${chosen.length} captures compared`);
      assert.deepEqual(
        different.map(({ capture }) => capture),
        [],
      );
      assert.ok(chosen.length >= 61, 'too little was compared');
    });
  }
});
