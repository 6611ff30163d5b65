// The same two workflows as Peers/PeerWorkflows.cs.
const {
  proxyActivities, setHandler, defineSignal, defineQuery, defineUpdate, condition, workflowInfo, ApplicationFailure,
} = require('@temporalio/workflow');

const { describe, break: breakIt } = proxyActivities({ startToCloseTimeout: '1 minute', retry: { maximumAttempts: 2, initialInterval: '10ms' } });

exports.peer = async function peer(input, bytes) {
  let total = input.count;
  let finished = false;
  setHandler(defineSignal('add'), (amount) => { total += amount; });
  setHandler(defineSignal('finish'), () => { finished = true; });
  setHandler(defineQuery('total'), () => total);
  setHandler(defineUpdate('change'), async (amount) => {
    const old = total;
    total = amount;
    return old;
  }, {
    validator: (amount) => {
      if (amount < 0) throw ApplicationFailure.create({ message: 'below zero', type: 'Range', details: [amount] });
    },
  });
  const described = await describe(input, bytes);
  await condition(() => finished);
  const info = workflowInfo();
  return {
    text: described.text,
    total,
    nothing: described.nothing,
    note: info.memo?.note ?? null,
    keyword: info.searchAttributes.PeerKeyword?.[0] ?? null,
  };
};

exports.failing = async function failing(how) {
  if (how === 'activity') await breakIt();
  throw ApplicationFailure.create({
    message: 'workflow broke', type: 'PeerFailure', nonRetryable: true, details: [1, { a: 'b' }], cause: new Error('the cause'),
  });
};
