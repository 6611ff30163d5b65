using System.ComponentModel.DataAnnotations;
using Orchestrator.Usage;
using Temporalio.Workflows;

namespace Orchestrator.Messages;

/// <summary>State of a governor: passed on by continue-as-new, and the answer of the query.</summary>
public sealed record GovernorState
{
    /// <summary>The account; <see cref="SharedBudgets.Account"/> for budgets over all accounts.</summary>
    [Identifier]
    public string Account { get; init; } = "";

    /// <summary>The facts that are known of it. Default: null, nothing yet.</summary>
    public Ledger? Ledger { get; init; }

    /// <summary>Calls that were answered lately, the latest last: a call that is tried again is answered as before.</summary>
    public IReadOnlyList<AnsweredCall> Answered { get; init; } = [];

    /// <summary>Continues as new after so many calls. Default: 0, when the server says that its history is long.</summary>
    [Range(0, 1_000_000)]
    public int ContinueAfterCalls { get; init; }

    /// <summary>The last messages that could not be read, and why.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];
}

/// <summary>A call that was answered.</summary>
/// <param name="RequestId">The call.</param>
/// <param name="IsSettled">It has settled an agent run.</param>
/// <param name="Refusal">Why a budget was not raised; empty: it was, or none was to be.</param>
public sealed record AnsweredCall(string RequestId, bool IsSettled, string Refusal);

/// <summary>An answer that says if a start waits in line.</summary>
/// <param name="IsWaiting">It waits, and keeps its place if it is asked for again within half a minute. False: it is to be asked for now,
/// or has to wait for long.</param>
public sealed record LineAnswer(bool IsWaiting);

/// <summary>Decides about the agent starts of one account over all machines of a server (<c>governor-ACCOUNT</c>): slots, limits, blocks,
/// its month's budget; and <c>governor-budgets</c> about the budgets that count over all accounts. A governor lives for ever, and sleeps
/// while nobody asks.</summary>
[Workflow]
public interface IGovernorWorkflow
{
    [WorkflowRun]
    Task RunAsync(GovernorState state);

    /// <summary>Carries out a call, once however often it is sent.</summary>
    [WorkflowUpdate(MessageNames.Call)]
    Task<GovernorAnswer> CallAsync(GovernorCall asked);

    /// <summary>Keeps a start's place in line, and answers when it may be asked for, or after some seconds.</summary>
    /// <param name="request">The start. Nothing is reserved for it.</param>
    /// <param name="shortWait">One that has to wait for longer is not waited for.</param>
    [WorkflowUpdate(MessageNames.AwaitTurn)]
    Task<LineAnswer> AwaitTurnAsync(StartRequest request, TimeSpan shortWait);

    [WorkflowQuery(MessageNames.Status)]
    GovernorState Status();
}
