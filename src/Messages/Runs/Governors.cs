using System.ComponentModel.DataAnnotations;
using Orchestrator.Usage;
using Temporalio.Workflows;

namespace Orchestrator.Messages;

/// <summary>
/// State of a governor, the workflow that admits agent runs. The state is passed on by continue-as-new and returned by the workflow's
/// query.
/// </summary>
public sealed record GovernorWorkflowState
{
    /// <summary>Name of the account, or <see cref="GovernorRequestByLedgerSplitter.Account"/> for budgets that all accounts
    /// share.</summary>
    [ValidTemporalIdentifier]
    public string Account { get; init; } = "";

    /// <summary>Recorded usage and limits of the account. Default: null, which means that nothing has been recorded yet.</summary>
    public AccountLedger? Ledger { get; init; }

    /// <summary>
    /// Calls that the governor answered recently, newest last. If a call is repeated, the governor returns the recorded answer.
    /// </summary>
    public IReadOnlyList<AnsweredGovernorCall> Answered { get; init; } = [];

    /// <summary>
    /// Number of calls after which the governor continues as new. Default: 0, which means that the Temporal server decides when.
    /// </summary>
    [Range(0, 1_000_000)]
    public int ContinueAfterCalls { get; init; }

    /// <summary>Most recent messages that the governor dropped because they were unreadable, each with the reason.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];
}

/// <summary>A call that the governor has answered.</summary>
/// <param name="RequestId">Id of the call.</param>
/// <param name="IsSettled">True if the call settled the cost of an agent run.</param>
/// <param name="Refusal">Reason why a budget was not raised. Empty if the budget was raised, or for other calls.</param>
public sealed record AnsweredGovernorCall(string RequestId, bool IsSettled, string Refusal);

/// <summary>Result of waiting in an account's queue until an agent may start.</summary>
/// <param name="IsWaiting">True if the start still waits; the caller keeps its position by asking again within 30 seconds. False if the
/// caller should request the start now, or if the wait will be long.</param>
public sealed record AgentStartWaitResult(bool IsWaiting);

/// <summary>
/// Workflow that decides when agents of one account may start, on all hosts that use the same Temporal server (<c>governor-ACCOUNT</c>). It
/// applies the account's slots, usage limits, blocks and monthly budget; <c>governor-budgets</c> applies the budgets that all accounts
/// share. A governor never ends, and is idle between calls.
/// </summary>
[Workflow]
public interface IGovernorWorkflow
{
    [WorkflowRun]
    Task RunAsync(GovernorWorkflowState state);

    /// <summary>Processes a call. Repeating a call has no further effect.</summary>
    [WorkflowUpdate(WorkflowMessageNames.Call)]
    Task<AccountGovernorResponse> CallAsync(AccountGovernorRequest asked);

    /// <summary>
    /// Waits in the account's queue until the agent may start, but for no more than a few seconds. The agent start keeps its position in
    /// the queue.
    /// </summary>
    /// <param name="request">Agent start to wait for. Nothing is reserved for it.</param>
    /// <param name="shortWait">Longest expected wait during which a start keeps its position.</param>
    [WorkflowUpdate(WorkflowMessageNames.AwaitTurn)]
    Task<AgentStartWaitResult> AwaitTurnAsync(AgentStartRequest request, TimeSpan shortWait);

    [WorkflowQuery(WorkflowMessageNames.Status)]
    GovernorWorkflowState Status();
}
