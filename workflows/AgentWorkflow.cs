using Orchestrator.Workflows.Messages;
using Orchestrator.Workflows.Tasks;

namespace Orchestrator.Workflows;

/// <summary>Base of the workflows that run an agent: signals from the run, reports to the run, and how the workflow ends.</summary>
public abstract class AgentWorkflow : MessageWorkflow
{
    /// <summary>Answers with faults before a person is asked.</summary>
    private const int MaxAnswers = 3;

    /// <summary>Registers the handlers that both kinds share; each constructor then calls <see cref="Restore"/>.</summary>
    private protected AgentWorkflow()
    {
        State = new TaskState(Workflow.Info.FirstExecutionRunId, Workflow.CancellationToken);
        Reporter = new TaskReporter(State);
        Waits = new TaskWaits(State, Reporter);
        Agents = new AgentRuns(State, Reporter, Waits);
        OnQuery("status", () => State.Report);
        OnSignal("pause", PauseAsync);
        OnSignal("resume", ResumeAsync);
        OnSignal("cancel", CancelAsync);
        OnSignal("goOn", GoOnAsync);
        OnSignal("runEnded", RunEndedAsync);
    }

    private protected TaskState State { get; }

    private protected TaskReporter Reporter { get; }

    private protected TaskWaits Waits { get; }

    private protected AgentRuns Agents { get; }

    private protected TaskInput Input => State.Input;

    private protected TaskReport Report
    {
        get => State.Report;
        set => State.Report = value;
    }

    /// <summary>Restores the state from the input, before any signal is handled.</summary>
    private protected string? Restore(TaskInput input)
    {
        State.Restore(input);
        StateIsTakenUp();
        return null;
    }

    /// <inheritdoc/>
    private protected override void NoteDropped(string note) => Reporter.NoteDropped(note);

    /// <summary>Runs the work from the first report to the last and turns every failure into a final state.</summary>
    /// <param name="work">The work; it ends early by <see cref="TaskEndedException"/>.</param>
    /// <param name="release">Releases what it held.</param>
    private protected async Task<TaskReport> LiveAsync(Func<Task> work, Func<Task> release)
    {
        RefuseUnreadableStart();
        try
        {
            await work();
        }
        catch (TaskEndedException ended)
        {
            Reporter.TransitionTo(ended.State, ended.Reason, State.ProblemsFile);
        }
        catch (Exception failure)
            when (State.IsCancelled && (failure is ActivityFailureException || TemporalException.IsCanceledException(failure)))
        {
            // The server retries no activity that is to be cancelled, so one that its worker gives up meanwhile (a gate, for example)
            // fails.
            Reporter.TransitionTo(TaskStates.Cancelled, State.CancelReason);
        }
        catch (ActivityFailureException failure)
        {
            Reporter.TransitionTo(TaskStates.Failed, failure.InnerException?.Message ?? failure.Message);
        }
        await release();
        await Reporter.FlushAsync();
        return State.Report;
    }

    /// <summary>Runs the agent until its answer has no faults; faults go back to the same conversation.</summary>
    /// <param name="ask">Starts the agent.</param>
    /// <param name="judge">Reads the answer.</param>
    /// <param name="stillFaulty">The reason of the failure after the last answer.</param>
    private protected async Task<AnswerJudgement> AnswerAsync(
        Func<AgentCall, Task<AgentRunResult>> ask,
        Func<Task<AnswerJudgement>> judge,
        string stillFaulty
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            await Agents.RunAsync(ask);
            Reporter.TransitionTo(TaskStates.Verifying, "");
            var judged = await judge();
            if (judged.Problems.Count == 0)
            {
                return judged;
            }
            State.ProblemsFile = judged.ProblemsFile;
            var problems = string.Join(" ", judged.Problems);
            if (attempt == MaxAnswers)
            {
                throw new TaskEndedException(TaskStates.Failed, $"after {MaxAnswers} attempts {stillFaulty}: {problems}");
            }
            Report = Report with { Attempt = Report.Attempt + 1 };
            Reporter.TransitionTo(TaskStates.Remediating, problems, State.ProblemsFile);
        }
    }

    private Task PauseAsync() => Done(State.Pause);

    private Task ResumeAsync() => Done(State.Resume);

    private Task CancelAsync() => Done(State.Cancel);

    private Task GoOnAsync(string guidance) => Done(() => State.GoOn(guidance));

    private Task RunEndedAsync(string reason) => Reporter.CheckRunEndedAsync(reason);

    private protected static Task Done(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}
