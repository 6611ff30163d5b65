namespace Orchestrator.Workflows.Tasks;

/// <summary>State of a task's workflow, and the commands that it has received.</summary>
internal sealed class TaskState(string executionId, CancellationToken cancellation)
{
    private const int MostNotices = 20;
    private int _startsBefore;
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

    /// <summary>Start input of the task's workflow.</summary>
    public TaskInput Input { get; private set; } = null!;

    /// <summary>Last report of the task. Each change is sent to the run.</summary>
    public TaskReport Report { get; set; } =
        new()
        {
            Progress = new TaskProgress { Id = "", State = TaskStates.Preparing },
            ExecutionId = executionId,
            Sequence = 0,
        };

    /// <summary>Progress of the task in the report.</summary>
    public TaskProgress Progress
    {
        get => Report.Progress;
        set => Report = Report with { Progress = value };
    }

    /// <summary>Number of the agent's questions that the planner has answered since this execution started.</summary>
    public int AnswersOfThisExecution => Progress.Answers?.Count(answer => answer.Start > _startsBefore) ?? 0;

    /// <summary>Result of the task's parts. Null if they have not ended, or the task was not divided.</summary>
    public string? Parts { get; private set; }

    /// <summary>Starts to wait for the task's parts.</summary>
    public void AwaitParts()
    {
        Parts = null;
        Progress = Progress with { Parts = [] };
    }

    /// <summary>Accepts the result of the parts, if the task waits for them.</summary>
    public void TakeParts(string summary) => Parts = Progress.Parts is not null ? summary : Parts;

    /// <summary>Adopts the output of an agent run for the following steps.</summary>
    public void Heard(AgentRunResult result)
    {
        if (result.NeverBegun)
        {
            return;
        }
        HasUnshared = result.HasUnshared;
        IReadOnlyList<string> called = [.. (Progress.Called ?? []).Union(result.Called ?? [])];
        Progress = Progress with { SaidHash = result.SaidHash, Called = called.Count == 0 ? null : called };
    }

    /// <summary>Records files granted to the task beyond the plan.</summary>
    public void Lend(IReadOnlyList<string> lent)
    {
        Input = Input with { Lent = [.. Input.Lent.Union(lent)] };
        Progress = Progress with { Lent = Input.Lent.Count == 0 ? null : Input.Lent };
    }

    /// <summary>Settings used by the workflow.</summary>
    public RunRules Rules => Input.Rules;

    /// <summary>File with the problems of the last attempt, relative to the repository; empty for the first attempt.</summary>
    public string ProblemsFile { get; set; } = "";

    /// <summary>Conversation to continue; empty until the first agent run has named it.</summary>
    public string Session { get; set; } = "";

    public bool IsPaused { get; private set; }

    /// <summary>Reason for a pause.</summary>
    public Reason WhyPaused { get; private set; } = new PausedByPerson();

    /// <summary>True if a blocked or backing-off task is to continue at once.</summary>
    public bool MayGoOn { get; set; }

    /// <summary>Approver's decision about work that changed the input of its gates, or null for none yet.</summary>
    public (bool Accepted, Person By)? Decision { get; set; }

    /// <summary>End of the run without this task, or null while the run is open.</summary>
    public RunEndedWithoutIt? RunEnded { get; private set; }

    /// <summary>True if the task was moved to another host while its agent was running.</summary>
    public bool WasMoved { get; set; }

    /// <summary>True if the task's host has work that can't leave it.</summary>
    public bool HasUnshared { get; private set; }

    /// <summary>Interrupts the running agent; null if none runs.</summary>
    public CancellationTokenSource? Interrupt { get; set; }

    /// <summary>True if the requested agent may have started; null if hosts do not announce their agents.</summary>
    public bool? HasBegun { get; set; }

    /// <summary>Prepares a request that may start the agent. Keeps an earlier announcement for the same agent run.</summary>
    /// <param name="isAnnounced">True if hosts announce an agent before starting it.</param>
    public void AwaitBeginning(bool isAnnounced) => HasBegun = isAnnounced ? HasBegun ?? false : null;

    /// <summary>True if an agent run is requested and not interrupted.</summary>
    /// <param name="start">Number of the agent run.</param>
    public bool Wants(int start) => start == Progress.LastStart && Interrupt is { IsCancellationRequested: false };

    public CancellationToken Stop => _stop.Token;

    public bool IsCancelled => _stop.IsCancellationRequested;

    /// <summary>True if the run is gone, so that its work is not merged and its reports are not read.</summary>
    public bool HasNoRun => RunEnded is not null;

    /// <summary>Reason for a cancellation.</summary>
    public Reason WhyCancelled => RunEnded is null ? new WorkCancelled() : RunEnded;

    private bool _goesOnLate;

    private string Guidance { get; set; } = "";

    /// <summary>Restores the state from the start input.</summary>
    public void Restore(TaskInput input)
    {
        // Each activity receives the input, and the history stores it each time, so the known progress is removed.
        Input = input with
        {
            Known = null,
        };
        Session = input.Session;
        IsPaused = input.Paused;
        Guidance = input.Guidance;
        var known = input.Known ?? Progress with { Id = input.Task.Id };
        _startsBefore = known.LastStart;
        Report = Report with { PlanHash = input.PlanHash, Sequence = 1, Progress = known with { Attempt = known.Attempt + 1 } };
    }

    /// <summary>Interrupts the agent, which keeps its conversation.</summary>
    public void Pause()
    {
        (IsPaused, WhyPaused) = (true, new PausedByPerson());
        Interrupt?.Cancel();
    }

    /// <summary>Pauses the task after a user stopped the agent's process on its host, until the task is resumed.</summary>
    public void PauseAsStopped() => (IsPaused, WhyPaused) = (true, new AgentStoppedByPerson());

    /// <summary>Pauses the task at the run's time limit. The next agent waits until a user resumes the task.</summary>
    public void PauseAtLimit(DateTimeOffset now)
    {
        if (!_goesOnLate && Input.Until is { } until && now >= until)
        {
            (IsPaused, WhyPaused) = (true, new RunLimitReached(until));
        }
    }

    /// <summary>Resumes the task at a user's request. After the run's time limit, this lifts the limit for the task.</summary>
    public void Resume()
    {
        IsPaused = false;
        _goesOnLate |= Input.Until is { } until && Workflow.UtcNow >= until.UtcDateTime;
    }

    /// <summary>Cancels the task. Its files are retained.</summary>
    public void Cancel() => _stop.Cancel();

    /// <summary>Resumes a blocked or backing-off task, with a user's guidance.</summary>
    public void GoOn(string guidance)
    {
        (Guidance, MayGoOn) = (guidance, true);
        if (guidance.Length > 0 && Progress is { State: not (TaskStates.Blocked or TaskStates.Parked), Answers: [.., var last] })
        {
            Notice([new TaskNotice($"a user's text arrived after its question was {last}; its agent gets it in its next prompt")]);
        }
    }

    /// <summary>Adopts the planner's answer to a question of the agent, which becomes part of the next prompt and of the
    /// reports.</summary>
    /// <param name="answer">The answer for users.</param>
    /// <param name="told">The answer for the agent.</param>
    public void TakeAnswer(TaskAnswer answer, string told)
    {
        Answer = told;
        Progress = Progress with { Answers = [.. (Progress.Answers ?? []).TakeLast(MostNotices - 1), answer] };
        Notice([new TaskNotice(answer.ToString())]);
    }

    /// <summary>Continues with another agent, without the conversation.</summary>
    public void GoOnWith(TaskRelay relay)
    {
        Session = "";
        Progress = Progress with { Agent = relay.To, Relays = [.. Progress.Relays ?? [], relay] };
        Notice([new TaskNotice($"it was {relay}")]);
    }

    /// <summary>Accepts an approver's decision, if one is pending.</summary>
    public void Decide(bool accepted, Person by)
    {
        if (Progress.State == TaskStates.AwaitingApproval)
        {
            Decision = (accepted, by);
        }
    }

    /// <summary>Result of the agent's request for its next prompt; empty if already used, or without a request.</summary>
    public string Answer { get; set; } = "";

    /// <summary>True if a user has sent guidance for the next agent run.</summary>
    public bool HasGuidance => Guidance.Length > 0;

    /// <summary>Takes the guidance for the next agent run, once.</summary>
    public string TakeGuidance()
    {
        var guidance = Guidance;
        Guidance = "";
        return guidance;
    }

    /// <summary>Restores guidance whose agent run was never started, so that the next agent run gets it.</summary>
    public void RestoreGuidance(string guidance) => Guidance = Guidance.Length == 0 ? guidance : Guidance;

    /// <summary>Ends the agent and the workflow, and keeps the task's work.</summary>
    public void EndWithoutRun(RunEndedWithoutIt why)
    {
        RunEnded ??= why;
        Cancel();
    }

    /// <summary>Adds notices to the next report.</summary>
    public void Notice(IEnumerable<TaskNotice> notices) =>
        Report = Report with { Notices = [.. Report.Notices.Concat(notices).Take(MostNotices)] };

    /// <summary>Moves the task to a new state, or sets a new reason for the same state.</summary>
    public void TransitionTo(string state, Reason? why, DateTimeOffset now, string evidence = "")
    {
        Report = Report with { Sequence = Report.Sequence + 1, Progress = Progress.MovedTo(state, why, now, evidence) };
        if (state == TaskStates.Cancelled && HasNoRun)
        {
            Report = Report with { FailureClass = FailureClass.RunEnded };
        }
    }

    public void ThrowIfCancelled()
    {
        if (IsCancelled)
        {
            throw new TaskEndedException(TaskStates.Cancelled, WhyCancelled);
        }
    }
}
