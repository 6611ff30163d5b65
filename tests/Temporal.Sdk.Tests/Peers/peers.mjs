// The official TypeScript SDK as a peer: `worker` runs the workflows for a client of ours, `client` drives a worker of ours.
// Usage: node peers.mjs worker|client ADDRESS QUEUE
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { Client, Connection, WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';

const [role, address, queue] = process.argv.slice(2);
const keyword = defineSearchAttributeKey('PeerKeyword', 'KEYWORD');

async function worker() {
  const { NativeConnection, Worker } = await import('@temporalio/worker');
  const connection = await NativeConnection.connect({ address });
  const running = await Worker.create({
    connection,
    taskQueue: queue,
    workflowsPath: createRequire(import.meta.url).resolve('./workflows.cjs'),
    activities: {
      async describe(input, bytes) {
        return { text: `${input.name} ${input.list.join('+')} ${Buffer.from(bytes).toString('utf8')}`, nothing: input.nothing };
      },
      async break() {
        throw ApplicationFailure.create({ message: 'activity broke', type: 'ActivityBroke', details: ['detail'] });
      },
    },
  });
  process.stdin.on('end', () => running.shutdown()).resume();
  console.log('ready');
  await running.run();
  await connection.close();
}

async function failureOf(promise, type) {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof type, `${error}`);
    return error;
  }
  assert.fail('it did not fail');
}

async function client() {
  const connection = await Connection.connect({ address });
  const temporal = new Client({ connection });
  const handle = await temporal.workflow.start('peer', {
    taskQueue: queue,
    workflowId: `peer-${queue}`,
    args: [{ name: 'box', count: 5, list: [1, 2, 3], nothing: null }, new TextEncoder().encode('bytes')],
    memo: { note: { deep: [true] } },
    typedSearchAttributes: new TypedSearchAttributes([{ key: keyword, value: 'red' }]),
  });
  await handle.signal('add', 2);
  assert.equal(await handle.query('total'), 7);
  assert.equal(await handle.executeUpdate('change', { args: [40] }), 7);
  const rejected = await failureOf(handle.executeUpdate('change', { args: [-3] }), WorkflowUpdateFailedError);
  assert.equal(rejected.cause.type, 'Range');
  assert.deepEqual(rejected.cause.details, [-3]);
  await handle.signal('finish');
  assert.deepEqual(await handle.result(), { text: 'box 1+2+3 bytes', total: 40, nothing: null, note: { deep: [true] }, keyword: 'red' });
  const description = await handle.describe();
  assert.deepEqual(description.memo, { note: { deep: [true] } });
  assert.equal(description.typedSearchAttributes.get(keyword), 'red');

  const start = (how) => temporal.workflow.execute('failing', { taskQueue: queue, workflowId: `failing-${how}-${queue}`, args: [how] });
  const broke = (await failureOf(start('workflow'), WorkflowFailedError)).cause;
  assert.ok(broke instanceof ApplicationFailure);
  assert.deepEqual([broke.message, broke.type, broke.nonRetryable, broke.details], ['workflow broke', 'PeerFailure', true, [1, { a: 'b' }]]);
  assert.equal(broke.cause.message, 'the cause');
  const activity = (await failureOf(start('activity'), WorkflowFailedError)).cause;
  assert.ok(activity instanceof ActivityFailure, `${activity}`);
  assert.equal(activity.activityType, 'break');
  assert.deepEqual([activity.cause.message, activity.cause.type, activity.cause.details], ['activity broke', 'ActivityBroke', ['detail']]);
  console.log('passed');
  await connection.close();
}

await (role === 'worker' ? worker() : client());
