// Generated from the messages of orchestrate, see README.md. Do not edit.
import type { Client, WorkflowHandle } from '@temporalio/client';

export interface AccountBlockPeriod {
  window: string | null;
  until: string;
  since: string;
  fact: string;
}

export interface AddTasksArguments {
  tasks: Array<NewTaskDescription>;
  by?: string;
  signature?: UserCommandSignature | null;
}

export interface AgentStartHoldStatus {
  run: string;
  repository: string;
  reason: string;
  by: string;
  since: string;
}

export interface ApprovalDecisionArguments {
  id: string;
  reason?: string;
  by?: string;
  shown?: string;
  signature?: UserCommandSignature | null;
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

export interface FailingActivityStatus {
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

export interface MoveRunArguments {
  to: RepositoryReference;
  by?: string;
  lost?: Array<string> | null;
  staging?: string | null;
  signature?: UserCommandSignature | null;
}

export interface NewTaskDescription {
  id: string;
  text: string;
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
  night?: UnattendedRunContractRecord | null;
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

export interface PayingAccountUsageLimits {
  name: string;
  windows: Array<UsageWindowLine>;
  block?: AccountBlockPeriod | null;
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

export interface RaiseBudgetArguments {
  kind: string;
  usd?: number | null;
  tokens?: number | null;
  task?: string;
  by?: string;
  signature?: UserCommandSignature | null;
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

export interface ResolveEscalationArguments {
  way: string;
  reason?: string;
  by?: string;
  tasks?: Array<string> | null;
  shown?: string;
  signature?: UserCommandSignature | null;
}

export interface RunBudget {
  budget: BudgetStatus;
  task?: string;
  workingUsd?: number | null;
  workingTokens?: number | null;
  leftUsd?: number | null;
  leftTokens?: number | null;
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

export interface RunProcessCrashRecord {
  time: string;
  exitCode: number;
  isLast: boolean;
}

export interface RunQuestion {
  id: string;
  question: string;
  ways?: Array<SuggestedCommand>;
  commands?: Array<string> | null;
  saysReason?: boolean;
  shown?: string | null;
  since?: string;
}

export interface RunReplanStatus {
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

export interface RunReviewStatus {
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

export interface RunSpendingLimits {
  budgets?: Array<RunBudget>;
  perTask?: BudgetLimit | null;
  perAttempt?: BudgetLimit | null;
  accounts?: Array<PayingAccountUsageLimits>;
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
  failing?: Array<FailingActivityStatus>;
  waiting?: Array<WaitingGateStatus>;
  coming?: Array<PredictedConflict>;
  tasks?: Array<RunTaskStatus>;
  taskCount?: number;
  hasPlanner?: boolean;
  review?: RunReviewStatus | null;
  replan?: RunReplanStatus | null;
  counts?: RunTaskCounts | null;
  standing?: string | null;
  kept?: Array<string> | null;
  crashes?: Array<RunProcessCrashRecord> | null;
  unsent?: Array<string> | null;
  held?: Array<AgentStartHoldStatus> | null;
  abandoned?: boolean | null;
  away?: UnreachableHost | null;
  landedGone?: boolean | null;
  budgets?: RunSpendingLimits | null;
}

export interface RunSteeringArguments {
  reason?: string;
  by?: string;
  shown?: string;
  target?: string | null;
  signature?: UserCommandSignature | null;
}

export interface RunTaskCounts {
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

export interface RunTaskStatus {
  id: string;
  state: string;
  title?: string;
  dependsOn?: Array<string>;
  queuePosition?: number | null;
  unreadMail?: number;
  doing?: string | null;
  step?: RunningGateOrSetUpStatus | null;
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
  relays?: Array<TaskAgentSwitch> | null;
  saidHash?: string | null;
  called?: Array<string> | null;
}

export interface RunningGateOrSetUpStatus {
  kind: string;
  name: string;
  since: string;
}

export interface SteeringUpdateResult {
  message: string;
  changed: boolean;
  namesRun?: boolean;
}

export interface SuggestedCommand {
  kind: string;
  target: string;
  resolution?: string | null;
  command?: string | null;
}

export interface TaskAgentSwitch {
  from: string;
  to: string;
  afterStart: number;
  lostConversation: boolean;
  until: string;
}

export interface TaskAnswer {
  start: number;
  question?: string;
  answer?: string;
  by?: string;
  cost?: number;
  file?: string;
}

export interface TaskMeasurement {
  name: string;
  expected: string;
  measured: number | null;
  claimed: number | null;
  met: boolean;
}

export interface TaskSteeringArguments {
  task: string;
  text?: string;
  by?: string;
  signature?: UserCommandSignature | null;
}

export interface UnattendedRunContractRecord {
  madeAt?: string;
  tasks?: number;
  keepsAwake?: boolean;
  remarks?: Array<string>;
}

export interface UnreachableHost {
  machine: string;
  host: string;
  since: string | null;
  lastSeen: string | null;
}

export interface UsageWindowLine {
  name: string;
  usedPercent: number;
  resetsAt: string;
  seenAt: string;
}

export interface UserCommandSignature {
  key: string;
  by: string;
  at: string;
  value: string;
}

export interface WaitingGateStatus {
  task: string;
  gate: string;
  exclusive: string | null;
  holderGate: string;
  holderTask: string;
  holderRun: string;
  holderRepository: string;
  since: string;
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

  pause(command?: TaskSteeringArguments): Promise<SteeringUpdateResult> {
    return command ? this.handle.executeUpdate('pause', { args: [command] }) : this.handle.executeUpdate('pause');
  }

  resume(command?: TaskSteeringArguments): Promise<SteeringUpdateResult> {
    return command ? this.handle.executeUpdate('resume', { args: [command] }) : this.handle.executeUpdate('resume');
  }

  cancelTask(command: TaskSteeringArguments): Promise<SteeringUpdateResult> {
    return this.handle.executeUpdate('cancelTask', { args: [command] });
  }

  retryTask(command: TaskSteeringArguments): Promise<SteeringUpdateResult> {
    return this.handle.executeUpdate('retryTask', { args: [command] });
  }

  skipTask(command: TaskSteeringArguments): Promise<SteeringUpdateResult> {
    return this.handle.executeUpdate('skipTask', { args: [command] });
  }

  mergeNext(command: TaskSteeringArguments): Promise<SteeringUpdateResult> {
    return this.handle.executeUpdate('mergeNext', { args: [command] });
  }

  addTasks(command: AddTasksArguments): Promise<SteeringUpdateResult> {
    return this.handle.executeUpdate('addTasks', { args: [command] });
  }

  setConcurrency(workers: number): Promise<SteeringUpdateResult> {
    return this.handle.executeUpdate('setConcurrency', { args: [workers] });
  }

  approve(command: ApprovalDecisionArguments): Promise<SteeringUpdateResult> {
    return this.handle.executeUpdate('approve', { args: [command] });
  }

  reject(command: ApprovalDecisionArguments): Promise<SteeringUpdateResult> {
    return this.handle.executeUpdate('reject', { args: [command] });
  }

  promote(command?: RunSteeringArguments): Promise<SteeringUpdateResult> {
    return command ? this.handle.executeUpdate('promote', { args: [command] }) : this.handle.executeUpdate('promote');
  }

  landMerged(command?: RunSteeringArguments): Promise<SteeringUpdateResult> {
    return command ? this.handle.executeUpdate('landMerged', { args: [command] }) : this.handle.executeUpdate('landMerged');
  }

  raiseBudget(command: RaiseBudgetArguments): Promise<SteeringUpdateResult> {
    return this.handle.executeUpdate('raiseBudget', { args: [command] });
  }

  resolveEscalation(command: ResolveEscalationArguments): Promise<SteeringUpdateResult> {
    return this.handle.executeUpdate('resolveEscalation', { args: [command] });
  }

  move(command: MoveRunArguments): Promise<SteeringUpdateResult> {
    return this.handle.executeUpdate('move', { args: [command] });
  }

  cancel(command?: RunSteeringArguments): Promise<SteeringUpdateResult> {
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
