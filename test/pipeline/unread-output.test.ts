/**
 * Places that are read no more: the last one that keeps a run going ends it, any other is nobody's loss.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { OutputFailure } from '../../src/pipeline/output-failure.js';
import { ofMessages, ReadPlaces, UnreadOutput } from '../../src/pipeline/unread-output.js';
import { MemoryOutput } from '../support/memory-output.js';

const gone = (): OutputFailure => new OutputFailure('writing it: nobody reads it', 'EPIPE');
const LINE = Buffer.from('line\n');

interface Place {
  readonly memory: MemoryOutput;
  readonly output: UnreadOutput;
}

function placesOf(...havePaths: readonly boolean[]): Place[] {
  const read = new ReadPlaces();
  return havePaths.map((hasPath) => {
    const memory = new MemoryOutput();
    return { memory, output: new UnreadOutput(memory, read.place(hasPath)) };
  });
}

/** Its reader has had enough: whether the place is gone, and whether that fails it. */
async function leave({ memory, output }: Place): Promise<{ isGone: boolean; hasFailed: boolean }> {
  let hasFailed = false;
  output.failed.catch(() => {
    hasFailed = true;
  });
  memory.break(gone());
  await turn();
  return { isGone: output.isGone, hasFailed };
}

describe('places that are read no more', () => {
  it('standard output alone ends the run', async () => {
    const [standard] = placesOf(false);
    assert.deepEqual(await leave(standard), { isGone: false, hasFailed: true });
    assert.throws(() => standard.output.append(LINE), { code: 'EPIPE' });
  });

  it('beside files, all else goes on; the last file ends the run', async () => {
    const [standard, pipe, file] = placesOf(false, true, true);
    assert.deepEqual(await leave(standard), { isGone: true, hasFailed: false });
    assert.deepEqual(await leave(pipe), { isGone: true, hasFailed: false });
    for (const { output } of [standard, pipe, file]) output.append(LINE);
    await Promise.all([standard, pipe].flatMap(({ output }) => [output.ready(), output.flush(), output.complete()]));
    assert.equal(String(file.memory.content), 'line\n');
    assert.deepEqual(await leave(file), { isGone: false, hasFailed: true });
  });

  it('it is known before the promise tells, and asked once', async () => {
    const [pipe, file] = placesOf(true, true);
    pipe.memory.break(gone());
    pipe.output.append(LINE);
    assert.ok(pipe.output.isGone);
    await turn();
    assert.deepEqual(await leave(file), { isGone: false, hasFailed: true });
  });

  it('any other failure ends the run', async () => {
    const [standard] = placesOf(false, true);
    standard.memory.break(new OutputFailure('writing it: no space left', 'ENOSPC'));
    await assert.rejects(standard.output.failed, { code: 'ENOSPC' });
    assert.throws(() => standard.output.append(LINE), { code: 'ENOSPC' });
  });

  it('of messages nothing is a loss, of results among them only that they cannot be written', async () => {
    for (const [isResult, code, isLost] of [
      [false, 'ENOSPC', false],
      [true, 'ENOSPC', true],
      [true, 'EPIPE', false],
      [true, 'EBADF', false],
    ] as const) {
      const memory = new MemoryOutput();
      const output = new UnreadOutput(memory, ofMessages(isResult));
      memory.break(new OutputFailure('writing it', code));
      await turn();
      assert.equal(output.isGone, !isLost, `${isResult} ${code}`);
    }
  });
});
