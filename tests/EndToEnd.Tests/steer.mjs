// One call of the official TypeScript client on a run: node steer.mjs PACKAGES ADDRESS WORKFLOW-ID VERB [NAME] [JSON ARGUMENT ...]
// It prints {"answer": ...}, or {"refused": "what the client throws"}.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [packages, address, workflowId, verb, ...given] = process.argv.slice(2);
const { Client, Connection } = createRequire(join(packages, 'package.json'))('@temporalio/client');
const connection = await Connection.connect({ address });
const client = new Client({ connection });
const run = client.workflow.getHandle(workflowId);
const [name, ...args] = verb === 'start' || verb === 'result' ? [undefined, ...given] : given;
const values = args.map((text) => JSON.parse(text));
const verbs = {
  start: async () => {
    const options = { taskQueue: 'orchestrator', workflowId, args: values };
    return (await client.workflow.start('OrchestrationWorkflow', options)).firstExecutionRunId;
  },
  query: () => run.query(name, ...values),
  update: () => run.executeUpdate(name, { args: values }),
  signal: () => run.signal(name, ...values),
  result: () => run.result(),
};
try {
  console.log(JSON.stringify({ answer: (await verbs[verb]()) ?? null }));
} catch (refused) {
  const causes = [];
  for (let error = refused; error; error = error.cause) {
    causes.push(error.message);
  }
  console.log(JSON.stringify({ refused: causes.join(': ') }));
}
await connection.close();
