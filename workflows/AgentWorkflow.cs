using Orchestrator.Messages;
using Orchestrator.Workflows.Messages;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Orchestrator.Workflows;

/// <summary>What workflows with an agent have in common: what the run tells them, what they tell their run, and the turns of the agent.</summary>
public abstract partial class AgentWorkflow : MessageWorkflow
{
    private const string CancelledByPerson = "cancelled by a person; its files stay";
    private const int MostNotices = 20;
    private const string PausedByPerson = "paused by a person";
    private static readonly TimeSpan MaxPark = TimeSpan.FromMinutes(30);

    /// <summary>A parked task whose run never wakes it (the run was deleted) tries again by itself.</summary>
    private static readonly TimeSpan SelfWake = TimeSpan.FromHours(2);
    private readonly List<Task> _telling = [];
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(Workflow.CancellationToken);
    private CancellationTokenSource? _interrupt;
    private string _guidance = "";
    private bool _paused;
    private string _pauseReason = PausedByPerson;
    private bool _goOn;
    private string? _runEnded;

    /// <summary>Takes what both kinds have in common; the constructor of each goes on with <see cref="TakeUp"/>.</summary>
    private protected AgentWorkflow()
    {
        OnQuery("status", () => Report);
        OnSignal("pause", PauseAsync);
        OnSignal("resume", ResumeAsync);
        OnSignal("cancel", CancelAsync);
        OnSignal("goOn", GoOnAsync);
        OnSignal("runEnded", RunEndedAsync);
    }

    /// <summary>What it was started with.</summary>
    private protected TaskInput Input { get; private set; } = null!;

    /// <summary>Where it is; each change is told to the run by <see cref="Become"/>.</summary>
    private protected TaskReport Report { get; set; } = new() { TaskId = "", ExecutionId = Workflow.Info.FirstExecutionRunId, Sequence = 0, State = TaskStates.Preparing };

    /// <summary>File with what was wrong in the last round, relative to the repository; empty in the first.</summary>
    private protected string ProblemsFile { get; set; } = "";

    private protected bool Cancelled => _stop.IsCancellationRequested;

    /// <summary>Nobody is left to merge its work or to be told of it.</summary>
    private protected bool HasNoRun => _runEnded is not null;

    /// <summary>Interrupts what a person cancels.</summary>
    private protected CancellationToken Stop => _stop.Token;

    private string CancelReason => _runEnded is null ? CancelledByPerson : $"{_runEnded}; its files stay";

    private static DateTimeOffset Now => new(Workflow.UtcNow, TimeSpan.Zero);

    /// <summary>Takes up what it was started with, before any signal is taken in.</summary>
    private protected string? TakeUp(TaskInput input)
    {
        Input = input;
        _paused = input.Paused;
        _guidance = input.Guidance;
        Report = Report with { TaskId = input.Task.Id, PlanHash = input.PlanHash, Sequence = 1, Round = input.FirstRound, LastStart = input.FirstStart - 1 };
        StateIsTakenUp();
        return null;
    }

    /// <summary>People look into the run for what became of their words.</summary>
    private protected override void NoteDropped(string note) => 
        _telling.Add(TellRunOfDroppedAsync(_telling.LastOrDefault() ?? Task.CompletedTask, new DroppedMessage(Workflow.Info.WorkflowId, MessageParts.Brief(note))));

    private async Task TellRunOfDroppedAsync(Task before, DroppedMessage message)
    {
        try
        {
            await before;
            await Workflow.GetExternalWorkflowHandle<IOrchestrationWorkflow>(Input.RunId)
                .SignalAsync(w => w.MessageDroppedAsync(message), new ExternalWorkflowSignalOptions { CancellationToken = CancellationToken.None });
        }
        catch (FailureException)
        {
            // The run is over: nobody looks there any more.
        }
    }

    /// <summary>Interrupts the agent, which keeps its conversation.</summary>
    private Task PauseAsync()
    {
        _paused = true;
        _pauseReason = PausedByPerson;
        _interrupt?.Cancel();
        return Task.CompletedTask;
    }

    /// <summary>Goes on in that conversation.</summary>
    private Task ResumeAsync()
    {
        _paused = false;
        return Task.CompletedTask;
    }

    /// <summary>Ends it; its files stay.</summary>
    private Task CancelAsync()
    {
        _stop.Cancel();
        return Task.CompletedTask;
    }

    /// <summary>Its run has ended without it: it ends its agent, keeps its work and closes. Whoever says so may be wrong or late: a run that was reset is open again.</summary>
    private async Task RunEndedAsync(string reason)
    {
        if (HasNoRun || TaskStates.IsEnd(Report.State))
            return;
        IReadOnlyList<string> run = [Input.RunId];
        var ended = await Workflow.ExecuteActivityAsync((IRunActivities a) => a.FindEndedRunsAsync(run), ActivityDefaults.Short(Input.Repository.Queue));
        if (ended.Count == 0)
            return;
        _runEnded ??= reason;
        _stop.Cancel();
    }

    /// <summary>Goes on at once with what waits (blocked, parked), with the words of a person.</summary>
    private Task GoOnAsync(string guidance)
    {
        _guidance = guidance;
        _goOn = true;
        return Task.CompletedTask;
    }

    /// <summary>From the first report to the last, whatever happens in between.</summary>
    /// <param name="work">The work; it ends early by <see cref="TaskEndedException"/>.</param>
    /// <param name="release">Gives up what it held.</param>
    private protected async Task<TaskReport> LiveAsync(Func<Task> work, Func<Task> release)
    {
        RefuseUnreadableStart();
        try
        {
            await work();
        }
        catch (TaskEndedException ended)
        {
            Become(ended.State, ended.Reason, ProblemsFile);
        }
        catch (Exception failure) when (Cancelled && (failure is ActivityFailureException || TemporalException.IsCanceledException(failure)))
        {
            // The engine tries nothing again that is to be cancelled: what its worker lets go of meanwhile, such as gates, fails with that.
            Become(TaskStates.Cancelled, CancelReason);
        }
        catch (ActivityFailureException failure)
        {
            Become(TaskStates.Failed, failure.InnerException?.Message ?? failure.Message);
        }
        await release();
        await Workflow.WhenAllAsync(_telling);
        return Report;
    }

    private protected async Task WhilePausedAsync()
    {
        ThrowIfCancelled();
        if (!_paused)
            return;
        Report = Report with { Paused = true };
        // What it was blocked by has been answered, else it would not be here.
        Become(Report.State is TaskStates.Blocked or TaskStates.Parked ? TaskStates.Executing : Report.State, _pauseReason);
        await Workflow.WaitConditionAsync(() => !_paused || Cancelled, CancellationToken.None);
        Report = Report with { Paused = false };
        ThrowIfCancelled();
        Become(Report.State, "");
    }

    private protected void ThrowIfCancelled()
    {
        if (Cancelled)
            throw new TaskEndedException(TaskStates.Cancelled, CancelReason);
    }

    /// <summary>Told with the next report.</summary>
    private protected void Notice(IEnumerable<TaskNotice> notices) =>
        Report = Report with { Notices = [.. Report.Notices.Concat(notices).Take(MostNotices)] };

    private protected void Become(string state, string reason, string evidence = "")
    {
        reason = MessageParts.Brief(reason);
        Report = Report with { Sequence = Report.Sequence + 1, State = state, Reason = reason, Evidence = evidence };
        if (state == TaskStates.Cancelled && HasNoRun)
            Report = Report with { FailureClass = FailureClasses.RunEnded };
        Workflow.CurrentDetails = $"**{state}** {reason}";
        _telling.RemoveAll(t => t.IsCompleted);
        // The run itself put the task into its first state: telling it so would be news to nobody.
        if (state != TaskStates.Preparing || Report.Sequence > 2)
            _telling.Add(TellRunAsync(_telling.LastOrDefault() ?? Task.CompletedTask, Report));
    }

    /// <summary>
    /// Reports go to the run's id, not to one execution of it: the run may have continued as new meanwhile. One after the other, since signals that are on their way together
    /// may come in any order, and of an older report nothing would be seen any more.
    /// </summary>
    private async Task TellRunAsync(Task before, TaskReport report)
    {
        try
        {
            await before;
            await Workflow.GetExternalWorkflowHandle<IOrchestrationWorkflow>(Input.RunId)
                .SignalAsync(w => w.TaskChangedAsync(report), new ExternalWorkflowSignalOptions { CancellationToken = CancellationToken.None });
        }
        catch (FailureException)
        {
            // Nobody was there to be told, or the run has taken in as many signals as it may: only a look tells.
            await RunEndedAsync("its run has ended without it");
        }
    }
}
