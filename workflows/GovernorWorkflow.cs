using Orchestrator.Usage;
using Orchestrator.Workflows.Messages;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows;

/// <summary>
/// Admits and counts the agents of one account for all hosts on a Temporal server. Its updates take the place of the lock that protects the
/// ledger files on a single host.
/// </summary>
[Workflow]
public sealed class GovernorWorkflow : WorkflowBase, IGovernorWorkflow
{
    /// <summary>
    /// Maximum time for which one call keeps the place of a waiting agent in the queue; the caller must then call again. A place without a
    /// call is dropped after 30 seconds.
    /// </summary>
    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Maximum number of retained answers. A caller stops repeating a call long before this many other calls have been answered.
    /// </summary>
    private const int MostAnswered = 200;

    /// <summary>Maximum number of retained notes about unreadable messages.</summary>
    private const int MostDropped = 5;
    private readonly List<AnsweredGovernorCall> _answered = [];
    private readonly List<string> _dropped = [];
    private AccountLedgerSet _book = AccountLedgerSet.Empty;
    private string _account = "";
    private int _mostCalls;

    /// <summary>
    /// Number of ledger changes so far. Calls that wait to start an agent check the ledger again when this number changes.
    /// </summary>
    private int _changes;

    /// <inheritdoc/>
    [WorkflowRun]
    public async Task RunAsync(GovernorWorkflowState state = null!)
    {
        if (state.Account.Length == 0)
        {
            throw UnreadableStart("'account' is missing. Set it to the name of the account.");
        }
        if (state.Ledger is { } ledger && ledger.Account != state.Account)
        {
            throw UnreadableStart($"'ledger' belongs to the account '{ledger.Account}', not '{state.Account}'.");
        }
        (_account, _mostCalls) = (state.Account, state.ContinueAfterCalls);
        _book = state.Ledger is { } known ? AccountLedgerSet.Empty.With(known) : AccountLedgerSet.Empty;
        _answered.AddRange(state.Answered);
        _dropped.AddRange(state.Dropped);
        await AllowMessagesAsync();
        // No timer is needed, because the next call checks whether windows and blocks have expired.
        await Workflow.WaitConditionAsync(() => IsLong);
        await Workflow.WaitConditionAsync(() => Workflow.AllHandlersFinished);
        var carried = Status();
        throw Workflow.CreateContinueAsNewException((IGovernorWorkflow w) => w.RunAsync(carried));
    }

    /// <inheritdoc/>
    [WorkflowQuery(WorkflowMessageNames.Status, Description = "Agents of the account, its limits and its spending.")]
    public GovernorWorkflowState Status() =>
        new()
        {
            Account = _account,
            Ledger = _book.Of(_account),
            Answered = [.. _answered],
            ContinueAfterCalls = _mostCalls,
            Dropped = [.. _dropped],
        };

    /// <summary>Rejects a call that concerns another account.</summary>
    [WorkflowUpdateValidator(nameof(CallAsync))]
    public void CheckCall(AccountGovernorRequest asked) =>
        Refuse(
            asked.Account != _account ? $"This workflow governs the account '{_account}', not '{asked.Account}'."
            : asked.Start is { } start ? Foreign(start)
            : null
        );

    /// <inheritdoc/>
    [WorkflowUpdate(WorkflowMessageNames.Call, Description = "Requests an agent start, or reports usage.")]
    public Task<AccountGovernorResponse> CallAsync(AccountGovernorRequest asked = null!)
    {
        // A repeated start replaces its own reservation, so the workflow need not remember the call.
        var isNoted = asked.RequestId.Length > 0 && asked.Start is null;
        if (isNoted && _answered.FirstOrDefault(one => one.RequestId == asked.RequestId) is { } before)
        {
            var ledger = _book.Of(_account);
            return Task.FromResult(
                new AccountGovernorResponse
                {
                    IsSettled = before.IsSettled,
                    Refusal = before.Refusal,
                    Reservation = ledger.Find(asked.Id),
                    Park = ledger.Park,
                }
            );
        }
        (var next, var answer) = AccountGovernorRequestHandler.Apply(_book, asked, RunWorkflowComponentContext.Now, Rules);
        Change(next);
        if (isNoted)
        {
            _answered.Add(new AnsweredGovernorCall(asked.RequestId, answer.IsSettled, answer.Refusal));
            _answered.RemoveRange(0, Math.Max(0, _answered.Count - MostAnswered));
        }
        return Task.FromResult(answer);
    }

    /// <summary>Rejects an agent start that concerns another account.</summary>
    [WorkflowUpdateValidator(nameof(AwaitTurnAsync))]
    public void CheckTurn(AgentStartRequest request, TimeSpan shortWait) => Refuse(Foreign(request));

    /// <inheritdoc/>
    [WorkflowUpdate(WorkflowMessageNames.AwaitTurn, Description = "Keeps an agent start's position in the queue.")]
    public async Task<AgentStartWaitResult> AwaitTurnAsync(AgentStartRequest request = null!, TimeSpan shortWait = default)
    {
        var line = AccountGovernorRequest.OfStart(request, onlyInLine: true) with { Account = _account };
        for (var end = RunWorkflowComponentContext.Now + LongestTurn; ; )
        {
            (var next, var answer) = AccountGovernorRequestHandler.Apply(_book, line, RunWorkflowComponentContext.Now, Rules);
            Change(next);
            if (
                answer.Admission is not AgentStartDelayedDecision { Until: var until, Why: var why }
                || until - RunWorkflowComponentContext.Now > shortWait
            )
            {
                return new AgentStartWaitResult(false);
            }
            // A wait for other agents ends when the ledger changes. A wait for a reset ends at a known time.
            var look = why is AccountInBackoffStartDelayCause or UsageWindowNearlyFullStartDelayCause && until < end ? until : end;
            var seen = _changes;
            if (look <= RunWorkflowComponentContext.Now || IsLong)
            {
                return new AgentStartWaitResult(true);
            }
            await TimedConditionWaiter.WaitUntilAsync(
                () => _changes != seen || IsLong,
                look - RunWorkflowComponentContext.Now,
                "Until an agent of the account ends, or its limit resets"
            );
            if (look < end && RunWorkflowComponentContext.Now >= look)
            {
                return new AgentStartWaitResult(false);
            }
        }
    }

    internal override void NoteDropped(string note)
    {
        _dropped.Add(PayloadSizeLimiter.Shorten(note));
        if (_dropped.Count > MostDropped)
        {
            _dropped.RemoveAt(0);
        }
        Workflow.CurrentDetails = string.Join("\n\n", _dropped);
    }

    private bool IsLong => _mostCalls > 0 ? MessagesTaken >= _mostCalls : Workflow.ContinueAsNewSuggested;

    /// <summary>Rule switches that apply to this execution, according to the code version that recorded its history.</summary>
    private static AccountGovernorRuleSwitches Rules =>
        (Workflow.Patched("fair-slots") ? AccountGovernorRuleSwitches.FairSlots : AccountGovernorRuleSwitches.None)
        | (Workflow.Patched("proportional-grace") ? AccountGovernorRuleSwitches.ProportionalGrace : AccountGovernorRuleSwitches.None);

    // A new position in the queue by itself does not affect other waiting starts.
    private void Change(AccountLedgerSet next)
    {
        var (before, after) = (_book.Of(_account), next.Of(_account));
        _book = next;
        if (before with { Waiting = after.Waiting, Turns = after.Turns } != after)
        {
            _changes++;
        }
    }

    private string? Foreign(AgentStartRequest start) =>
        start.Account != _account ? $"This workflow governs the account '{_account}', not '{start.Account}'." : null;
}
