namespace Orchestrator.Workflows.Tasks;

/// <summary>What a task's workflow knows: where it is, and what it was told.</summary>
internal sealed class TaskState(string executionId, CancellationToken cancellation)
{
    private const int MostNotices = 20;
    private const string CancelledByPerson = "cancelled by a person; its files stay";
    private const string PausedByPerson = "paused by a person";
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

    /// <summary>What it was started with.</summary>
    public TaskInput Input { get; private set; } = null!;

    /// <summary>Where it is; each change is told to the run.</summary>
    public TaskReport Report { get; set; } =
        new()
        {
            TaskId = "",
            ExecutionId = executionId,
            Sequence = 0,
            State = TaskStates.Preparing,
        };

    /// <summary>What became of the parts that the task was divided into; null: they are not done, or there are none.</summary>
    public string? Parts { get; private set; }

    /// <summary>From now on it waits for parts of it.</summary>
    public void AwaitParts()
    {
        Parts = null;
        Report = Report with { AwaitsParts = true };
    }

    /// <summary>The parts have ended, where they are waited for.</summary>
    public void TakeParts(string summary) => Parts = Report.AwaitsParts ? summary : Parts;

    /// <summary>The task was lent files that the plan does not give to it.</summary>
    public void Lend(IReadOnlyList<string> lent)
    {
        Input = Input with { Lent = [.. Input.Lent.Union(lent)] };
        Report = Report with { Lent = Input.Lent };
    }

    /// <summary>What the workflow decides by that a person has set.</summary>
    public RunRules Rules => Input.Rules;

    /// <summary>File with what was wrong in the last attempt, relative to the repository; empty in the first.</summary>
    public string ProblemsFile { get; set; } = "";

    /// <summary>Conversation to go on with; empty before the first start has named it.</summary>
    public string Session { get; set; } = "";

    public bool IsPaused { get; private set; }

    public string PauseReason { get; private set; } = PausedByPerson;

    /// <summary>What waits (blocked, parked) is to go on at once.</summary>
    public bool MayGoOn { get; set; }

    /// <summary>A person's answer to work that changed what its gates mean; null: there is none yet.</summary>
    public (bool Accepted, string Reason)? Decision { get; set; }

    /// <summary>Its run has ended without it, so says this sentence; null: it has not.</summary>
    public string? RunEnded { get; private set; }

    /// <summary>Interrupts the agent that is at work; null: none is.</summary>
    public CancellationTokenSource? Interrupt { get; set; }

    public CancellationToken Stop => _stop.Token;

    public bool IsCancelled => _stop.IsCancellationRequested;

    /// <summary>Nobody is left to merge its work or to be told of it.</summary>
    public bool HasNoRun => RunEnded is not null;

    public string CancelReason => RunEnded is null ? CancelledByPerson : $"{RunEnded}; its files stay";

    private string Guidance { get; set; } = "";

    /// <summary>Goes on from what it was started with.</summary>
    public void Restore(TaskInput input)
    {
        Input = input;
        IsPaused = input.Paused;
        Guidance = input.Guidance;
        Report = Report with
        {
            TaskId = input.Task.Id,
            PlanHash = input.PlanHash,
            Lent = input.Lent,
            Sequence = 1,
            Attempt = input.FirstAttempt,
            LastStart = input.FirstStart - 1,
        };
    }

    /// <summary>The agent is interrupted and keeps its conversation.</summary>
    public void Pause()
    {
        (IsPaused, PauseReason) = (true, PausedByPerson);
        Interrupt?.Cancel();
    }

    /// <summary>Whoever stops an agent on its machine does not want to see it started again: the task waits until it is told to go
    /// on.</summary>
    public void PauseAsStopped() =>
        (IsPaused, PauseReason) = (true, "its agent was stopped by a person; 'resume' goes on in its conversation");

    public void Resume() => IsPaused = false;

    /// <summary>It ends; its files stay.</summary>
    public void Cancel() => _stop.Cancel();

    /// <summary>Goes on at once with what waits (blocked, parked), with the words of a person.</summary>
    public void GoOn(string guidance)
    {
        (Guidance, MayGoOn) = (guidance, true);
        if (guidance.Length > 0 && Report is { State: not (TaskStates.Blocked or TaskStates.Parked), Answers: [.., var last] })
        {
            Notice([new TaskNotice($"the words of a person came after its question was {last}; its agent reads them in its next prompt")]);
        }
    }

    /// <summary>The planner has answered a question of the agent: it is told in its next prompt, and people by the reports.</summary>
    /// <param name="answer">For people.</param>
    /// <param name="told">For the agent.</param>
    public void TakeAnswer(TaskAnswer answer, string told)
    {
        Answer = told;
        Report = Report with { Answers = [.. (Report.Answers ?? []).TakeLast(MostNotices - 1), answer] };
        Notice([new TaskNotice(answer.ToString())]);
    }

    /// <summary>Takes a person's answer, where one is waited for.</summary>
    public void Decide(bool accepted, string reason)
    {
        if (Report.State == TaskStates.AwaitingApproval)
        {
            Decision = (accepted, reason);
        }
    }

    /// <summary>What became of what the agent has asked for, for the next start; empty: it is told already, or has asked for
    /// nothing.</summary>
    public string Answer { get; set; } = "";

    /// <summary>A person has words for the next start.</summary>
    public bool HasGuidance => Guidance.Length > 0;

    /// <summary>A person's words for the next start, once.</summary>
    public string TakeGuidance()
    {
        var guidance = Guidance;
        Guidance = "";
        return guidance;
    }

    /// <summary>The start that took these words was never begun: the next one gets them.</summary>
    public void GiveBack(string guidance) => Guidance = Guidance.Length == 0 ? guidance : Guidance;

    /// <summary>It ends its agent, keeps its work and closes.</summary>
    public void EndWithoutRun(string reason)
    {
        RunEnded ??= reason;
        Cancel();
    }

    /// <summary>Told with the next report.</summary>
    public void Notice(IEnumerable<TaskNotice> notices) =>
        Report = Report with { Notices = [.. Report.Notices.Concat(notices).Take(MostNotices)] };

    /// <summary>The task comes into a state, or has another reason to be in it.</summary>
    public void TransitionTo(string state, string reason, string evidence)
    {
        Report = Report with { Sequence = Report.Sequence + 1, State = state, Reason = PayloadPaging.Brief(reason), Evidence = evidence };
        if (state == TaskStates.Cancelled && HasNoRun)
        {
            Report = Report with { FailureClass = FailureClasses.RunEnded };
        }
    }

    public void ThrowIfCancelled()
    {
        if (IsCancelled)
        {
            throw new TaskEndedException(TaskStates.Cancelled, CancelReason);
        }
    }
}
