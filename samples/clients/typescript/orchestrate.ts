// Generated from the messages of orchestrate, see README.md. Do not edit.
import type { Client, WorkflowHandle } from '@temporalio/client';

export interface AddTasksCommand {
  tasks: Array<TaskText>;
  by?: string;
  signature?: CommandSignature | null;
}

export interface AnswerAction {
  kind: string;
  target: string;
  resolution?: string | null;
  command?: string | null;
}

export interface ApprovalCommand {
  id: string;
  reason?: string;
  by?: string;
  shown?: string;
  signature?: CommandSignature | null;
}

export interface BudgetLimit {
  usd: number | null;
  tokens: number | null;
}

export interface BudgetStatus {
  kind: string;
  scope: string;
  account: string;
  spentUsd?: number | null;
  limitUsd?: number | null;
  spentTokens?: number | null;
  limitTokens?: number | null;
}

export interface CommandSignature {
  key: string;
  by: string;
  at: string;
  value: string;
}

export interface FailingActivity {
  task: string;
  activity: string;
  attempt: number;
  message: string;
  hosts?: number | null;
}

export interface GateSummary {
  proof?: 'notverified' | 'lintonly' | 'verified' | 'failed';
  total?: number;
  passed?: number;
  cached?: number;
}

export interface GateWait {
  task: string;
  gate: string;
  exclusive: string | null;
  holderGate: string;
  holderTask: string;
  holderRun: string;
  holderRepository: string;
  since: string;
}

export interface MoveRunCommand {
  to: RepositoryReference;
  by?: string;
  lost?: Array<string> | null;
  staging?: string | null;
  signature?: CommandSignature | null;
}

export interface NightContract {
  madeAt?: string;
  tasks?: number;
  keepsAwake?: boolean;
  remarks?: Array<string>;
}

export interface OrchestrationInput {
  repository?: string;
  plan?: unknown;
  planFile?: string | null;
  request?: string | null;
  requestFile?: string | null;
  plannerModel?: string | null;
  planOnly?: boolean;
  planning?: PlanningOptions | null;
  output?: string | null;
  overwrite?: boolean;
  agent?: string | null;
  model?: string | null;
  workers?: number | null;
  only?: Array<string> | null;
  phase?: string | null;
  land?: string | null;
  pick?: boolean;
  target?: string | null;
  fresh?: boolean;
  again?: boolean;
  approveRisk?: number | null;
  maxCost?: number | null;
  until?: string | null;
  untilTime?: string | null;
  untilZone?: string | null;
  night?: NightContract | null;
  forecast?: RunForecast | null;
  conversations?: Record<string, string> | null;
  yes?: boolean;
}

export interface OutageStatus {
  account: string;
  why: Reason;
  until: string | null;
  reason?: string | null;
}

export interface PersonCommand {
  reason?: string;
  by?: string;
  shown?: string;
  target?: string | null;
  signature?: CommandSignature | null;
}

export interface PlanningOptions {
  makes?: string;
  parent?: string | null;
  research?: boolean;
  tag?: string | null;
  earlier?: string | null;
  remarks?: string | null;
}

export interface PredictedConflict {
  first: string;
  second: string;
  files: Array<string>;
  since: string;
}

export interface RaiseBudgetCommand {
  kind: string;
  usd?: number | null;
  tokens?: number | null;
  task?: string;
  by?: string;
  signature?: CommandSignature | null;
}

export interface Reason {
  kind?: string;
}

export interface RepositoryReference {
  path: string;
  key: string;
  queue: string;
  linkedWorktree?: string | null;
  host?: string | null;
}

export interface ResolutionCommand {
  way: string;
  reason?: string;
  by?: string;
  tasks?: Array<string> | null;
  shown?: string;
  signature?: CommandSignature | null;
}

export interface RunAccount {
  name: string;
  windows: Array<UsageWindowLine>;
  block?: UsageBlock | null;
}

export interface RunBudget {
  budget: BudgetStatus;
  task?: string;
  workingUsd?: number | null;
  workingTokens?: number | null;
  leftUsd?: number | null;
  leftTokens?: number | null;
}

export interface RunBudgets {
  budgets?: Array<RunBudget>;
  perTask?: BudgetLimit | null;
  perAttempt?: BudgetLimit | null;
  accounts?: Array<RunAccount>;
}

export interface RunCounts {
  asked?: number;
  merged?: number;
  kept?: number;
  resolved?: number;
  waived?: number;
  superseded?: number;
  skipped?: number;
  failed?: number;
  cancelled?: number;
  open?: number;
  atWork?: number;
  needPerson?: number;
  notAsked?: number;
}

export interface RunCrash {
  time: string;
  exitCode: number;
  isLast: boolean;
}

export interface RunForecast {
  costLow?: number;
  costHigh?: number;
  secondsLow?: number;
  secondsHigh?: number;
  tasks?: number;
  pastTasks?: number;
  pastRuns?: number;
  windows?: Array<WindowForecast>;
}

export interface RunHold {
  run: string;
  repository: string;
  reason: string;
  by: string;
  since: string;
}

export interface RunQuestion {
  id: string;
  question: string;
  ways?: Array<AnswerAction>;
  commands?: Array<string> | null;
  saysReason?: boolean;
  shown?: string | null;
  since?: string;
}

export interface RunReplan {
  round: number;
  state: string;
  by?: string;
  replaces?: Array<string>;
  tasks?: Array<string>;
}

export interface RunResult {
  state: string;
  why?: Reason;
  reason?: string | null;
  landedCommit?: string;
  agentStarts?: number;
  report?: string;
}

export interface RunReview {
  round: number;
  maxRounds: number;
  verdict: string;
  reviewer?: string;
  commit?: string;
  since?: string;
  standing?: Array<number>;
  remarks?: number;
  overruled?: Array<string>;
  evidence?: string;
}

export interface RunStatus {
  schemaVersion?: number;
  runId: string;
  executionId?: string;
  state: string;
  paused?: boolean;
  why?: Reason;
  reason?: string | null;
  since?: string;
  evidence?: string;
  title?: string;
  repository?: string;
  queue?: string;
  host?: string;
  startedAt?: string;
  updatedAt?: string;
  target?: string;
  staging?: string;
  baseCommit?: string;
  landedCommit?: string;
  landedOn?: string;
  planHash?: string;
  agent?: string;
  workers?: number;
  agentStarts?: number;
  cost?: number;
  sequence?: number;
  questions?: Array<RunQuestion>;
  warnings?: Array<string>;
  droppedMessages?: Array<string>;
  outages?: Array<OutageStatus>;
  promotionOverdue?: boolean;
  telling?: boolean;
  left?: Array<string>;
  failing?: Array<FailingActivity>;
  waiting?: Array<GateWait>;
  coming?: Array<PredictedConflict>;
  tasks?: Array<RunTask>;
  taskCount?: number;
  hasPlanner?: boolean;
  review?: RunReview | null;
  replan?: RunReplan | null;
  counts?: RunCounts | null;
  standing?: string | null;
  kept?: Array<string> | null;
  crashes?: Array<RunCrash> | null;
  unsent?: Array<string> | null;
  held?: Array<RunHold> | null;
  abandoned?: boolean | null;
  away?: UnreachableHost | null;
  landedGone?: boolean | null;
  budgets?: RunBudgets | null;
}

export interface RunStep {
  kind: string;
  name: string;
  since: string;
}

export interface RunTask {
  id: string;
  state: string;
  title?: string;
  dependsOn?: Array<string>;
  queuePosition?: number | null;
  unreadMail?: number;
  doing?: string | null;
  step?: RunStep | null;
  paused?: boolean;
  why?: Reason;
  reason?: string | null;
  evidence?: string;
  since?: string;
  startedAt?: string | null;
  endedAt?: string | null;
  attempt?: number;
  lastStart?: number;
  starts?: number;
  cost?: number;
  tokens?: number;
  commit?: string;
  mergeCommit?: string;
  landed?: boolean;
  reused?: boolean;
  gates?: GateSummary | null;
  measurements?: Array<TaskMeasurement> | null;
  heldBack?: Array<string> | null;
  asks?: string | null;
  parts?: Array<string> | null;
  outage?: string | null;
  lent?: Array<string> | null;
  answers?: Array<TaskAnswer> | null;
  host?: string | null;
  agent?: string | null;
  relays?: Array<TaskRelay> | null;
  saidHash?: string | null;
  called?: Array<string> | null;
}

export interface SteeringAnswer {
  message: string;
  changed: boolean;
  namesRun?: boolean;
}

export interface TaskAnswer {
  start: number;
  question?: string;
  answer?: string;
  by?: string;
  cost?: number;
  file?: string;
}

export interface TaskCommand {
  task: string;
  text?: string;
  by?: string;
  signature?: CommandSignature | null;
}

export interface TaskMeasurement {
  name: string;
  expected: string;
  measured: number | null;
  claimed: number | null;
  met: boolean;
}

export interface TaskRelay {
  from: string;
  to: string;
  afterStart: number;
  lostConversation: boolean;
  until: string;
}

export interface TaskText {
  id: string;
  text: string;
}

export interface UnreachableHost {
  machine: string;
  host: string;
  since: string | null;
  lastSeen: string | null;
}

export interface UsageBlock {
  window: string | null;
  until: string;
  since: string;
  fact: string;
}

export interface UsageWindowLine {
  name: string;
  usedPercent: number;
  resetsAt: string;
  seenAt: string;
}

export interface WindowForecast {
  account: string;
  window: string;
  low: number;
  high: number;
}

/** A run on a Temporal server. */
export class Run {
  constructor(private readonly handle: WorkflowHandle) {}

  /** Returns the status, with a range of the tasks. */
  status(offset = 0, count = 100): Promise<RunStatus> {
    return this.handle.query('status', offset, count);
  }

  /** Waits for the end of the run. */
  result(): Promise<RunResult> {
    return this.handle.result();
  }

  pause(command?: TaskCommand): Promise<SteeringAnswer> {
    return command ? this.handle.executeUpdate('pause', { args: [command] }) : this.handle.executeUpdate('pause');
  }

  resume(command?: TaskCommand): Promise<SteeringAnswer> {
    return command ? this.handle.executeUpdate('resume', { args: [command] }) : this.handle.executeUpdate('resume');
  }

  cancelTask(command: TaskCommand): Promise<SteeringAnswer> {
    return this.handle.executeUpdate('cancelTask', { args: [command] });
  }

  retryTask(command: TaskCommand): Promise<SteeringAnswer> {
    return this.handle.executeUpdate('retryTask', { args: [command] });
  }

  skipTask(command: TaskCommand): Promise<SteeringAnswer> {
    return this.handle.executeUpdate('skipTask', { args: [command] });
  }

  mergeNext(command: TaskCommand): Promise<SteeringAnswer> {
    return this.handle.executeUpdate('mergeNext', { args: [command] });
  }

  addTasks(command: AddTasksCommand): Promise<SteeringAnswer> {
    return this.handle.executeUpdate('addTasks', { args: [command] });
  }

  setConcurrency(workers: number): Promise<SteeringAnswer> {
    return this.handle.executeUpdate('setConcurrency', { args: [workers] });
  }

  approve(command: ApprovalCommand): Promise<SteeringAnswer> {
    return this.handle.executeUpdate('approve', { args: [command] });
  }

  reject(command: ApprovalCommand): Promise<SteeringAnswer> {
    return this.handle.executeUpdate('reject', { args: [command] });
  }

  promote(command?: PersonCommand): Promise<SteeringAnswer> {
    return command ? this.handle.executeUpdate('promote', { args: [command] }) : this.handle.executeUpdate('promote');
  }

  landMerged(command?: PersonCommand): Promise<SteeringAnswer> {
    return command ? this.handle.executeUpdate('landMerged', { args: [command] }) : this.handle.executeUpdate('landMerged');
  }

  raiseBudget(command: RaiseBudgetCommand): Promise<SteeringAnswer> {
    return this.handle.executeUpdate('raiseBudget', { args: [command] });
  }

  resolveEscalation(command: ResolutionCommand): Promise<SteeringAnswer> {
    return this.handle.executeUpdate('resolveEscalation', { args: [command] });
  }

  move(command: MoveRunCommand): Promise<SteeringAnswer> {
    return this.handle.executeUpdate('move', { args: [command] });
  }

  cancel(command?: PersonCommand): Promise<SteeringAnswer> {
    return command ? this.handle.executeUpdate('cancel', { args: [command] }) : this.handle.executeUpdate('cancel');
  }
}

/** Starts and finds runs on a Temporal server. */
export class RunClient {
  constructor(private readonly client: Client) {}

  /** Starts a run, or returns the open run with this id. */
  async start(input: OrchestrationInput, id: string): Promise<Run> {
    await this.client.workflow.start('OrchestrationWorkflow', {
      args: [input],
      taskQueue: 'orchestrator',
      workflowId: id,
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    return this.get(id);
  }

  /** Returns a run without a call of the server. */
  get(id: string): Run {
    return new Run(this.client.workflow.getHandle(id));
  }
}
