using System.ComponentModel.DataAnnotations;
using Orchestrator.Usage;
using Temporalio.Workflows;

namespace Orchestrator.Messages;

/// <summary>State of a governor. Passed on by continue-as-new, and returned by the query.</summary>
public sealed record GovernorState
{
    /// <summary>The account; <see cref="SharedBudgets.Account"/> for budgets across all accounts.</summary>
    [Identifier]
    public string Account { get; init; } = "";

    /// <summary>Known state of the account. Default: null, nothing is known yet.</summary>
    public Ledger? Ledger { get; init; }

    /// <summary>Recently answered calls, newest last. A repeated call gets the same answer.</summary>
    public IReadOnlyList<AnsweredCall> Answered { get; init; } = [];

    /// <summary>Number of calls before the governor continues as new. Default: 0, continue as new when the server suggests it.</summary>
    [Range(0, 1_000_000)]
    public int ContinueAfterCalls { get; init; }

    /// <summary>Most recent unreadable messages, each with the reason.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];
}

/// <summary>A call that was answered.</summary>
/// <param name="RequestId">Id of the call.</param>
/// <param name="IsSettled">True if the call has settled an agent run.</param>
/// <param name="Refusal">Reason why a budget was not raised; empty if it was raised, or the call was another one.</param>
public sealed record AnsweredCall(string RequestId, bool IsSettled, string Refusal);

/// <summary>Answer about an agent start's position in the queue.</summary>
/// <param name="IsWaiting">True if the start is waiting. It keeps its position if requested again within 30 seconds. False if the start is
/// to be requested now, or has to wait for a long time.</param>
public sealed record LineAnswer(bool IsWaiting);

/// <summary>Decides about the agent starts of one account across all hosts of a server (<c>governor-ACCOUNT</c>): slots, limits, blocks
/// and the monthly budget. <c>governor-budgets</c> decides about budgets across all accounts. A governor never ends, and is idle without
/// calls.</summary>
[Workflow]
public interface IGovernorWorkflow
{
    [WorkflowRun]
    Task RunAsync(GovernorState state);

    /// <summary>Carries out a call exactly once, even if it is sent repeatedly.</summary>
    [WorkflowUpdate(MessageNames.Call)]
    Task<GovernorAnswer> CallAsync(GovernorCall asked);

    /// <summary>Keeps a start's position in line. Returns when the start may be requested, or after some seconds.</summary>
    /// <param name="request">The start. Nothing is reserved for it.</param>
    /// <param name="shortWait">Longest expected wait for which a start stays in line.</param>
    [WorkflowUpdate(MessageNames.AwaitTurn)]
    Task<LineAnswer> AwaitTurnAsync(StartRequest request, TimeSpan shortWait);

    [WorkflowQuery(MessageNames.Status)]
    GovernorState Status();
}
