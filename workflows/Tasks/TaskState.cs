namespace Orchestrator.Workflows.Tasks;

/// <summary>The state of a task's workflow, and the commands that it has received.</summary>
internal sealed class TaskState(string executionId, CancellationToken cancellation)
{
    private const int MostNotices = 20;
    private int _startsBefore;
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

    /// <summary>The input that the task's workflow was started with.</summary>
    public TaskInput Input { get; private set; } = null!;

    /// <summary>The task's last report; each change is sent to the run.</summary>
    public TaskReport Report { get; set; } =
        new()
        {
            Progress = new TaskProgress { Id = "", State = TaskStates.Preparing },
            ExecutionId = executionId,
            Sequence = 0,
        };

    /// <summary>The task's part of the report.</summary>
    public TaskProgress Progress
    {
        get => Report.Progress;
        set => Report = Report with { Progress = value };
    }

    /// <summary>Number of its agent's questions that the planner has answered since this execution began.</summary>
    public int AnswersOfThisExecution => Progress.Answers?.Count(answer => answer.Start > _startsBefore) ?? 0;

    /// <summary>Result of the parts that the task was divided into; null: they are not done, or there are none.</summary>
    public string? Parts { get; private set; }

    /// <summary>Begins to wait for its parts.</summary>
    public void AwaitParts()
    {
        Parts = null;
        Progress = Progress with { Parts = [] };
    }

    /// <summary>The parts have ended, if it waits for them.</summary>
    public void TakeParts(string summary) => Parts = Progress.Parts is not null ? summary : Parts;

    /// <summary>Takes over what an agent run has left, for the steps that follow it.</summary>
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

    /// <summary>The task was granted files that the plan does not give to it.</summary>
    public void Lend(IReadOnlyList<string> lent)
    {
        Input = Input with { Lent = [.. Input.Lent.Union(lent)] };
        Progress = Progress with { Lent = Input.Lent.Count == 0 ? null : Input.Lent };
    }

    /// <summary>The settings that the workflow decides by.</summary>
    public RunRules Rules => Input.Rules;

    /// <summary>File with the problems of the last attempt, relative to the repository; empty in the first.</summary>
    public string ProblemsFile { get; set; } = "";

    /// <summary>Conversation to continue; empty before the first agent run has named it.</summary>
    public string Session { get; set; } = "";

    public bool IsPaused { get; private set; }

    /// <summary>Why it is paused, where it is.</summary>
    public Reason WhyPaused { get; private set; } = new PausedByPerson();

    /// <summary>A blocked or parked task is to go on at once.</summary>
    public bool MayGoOn { get; set; }

    /// <summary>A person's answer to work that changed what its gates check; null: there is none yet.</summary>
    public (bool Accepted, Person By)? Decision { get; set; }

    /// <summary>Why its run has ended without it; null: it has not.</summary>
    public RunEndedWithoutIt? RunEnded { get; private set; }

    /// <summary>The steps of the task were moved to another machine while an agent worked on it.</summary>
    public bool WasMoved { get; set; }

    /// <summary>The task's host has work that may not leave it.</summary>
    public bool HasUnshared { get; private set; }

    /// <summary>Interrupts the running agent; null: none runs.</summary>
    public CancellationTokenSource? Interrupt { get; set; }

    /// <summary>A machine was about to begin the agent that is asked for, and may have; null: machines do not say so.</summary>
    public bool? HasBegun { get; set; }

    /// <summary>A step is asked for that may begin the agent. What was heard of the same start before stays.</summary>
    /// <param name="isAnnounced">Machines say so before they begin it.</param>
    public void AwaitBeginning(bool isAnnounced) => HasBegun = isAnnounced ? HasBegun ?? false : null;

    /// <summary>True if an agent run is asked for, and not interrupted.</summary>
    /// <param name="start">Its number.</param>
    public bool Wants(int start) => start == Progress.LastStart && Interrupt is { IsCancellationRequested: false };

    public CancellationToken Stop => _stop.Token;

    public bool IsCancelled => _stop.IsCancellationRequested;

    /// <summary>The run is gone: no one merges its work or reads its reports.</summary>
    public bool HasNoRun => RunEnded is not null;

    /// <summary>Why it is cancelled, where it is.</summary>
    public Reason WhyCancelled => RunEnded is null ? new WorkCancelled() : RunEnded;

    private bool _goesOnLate;

    private string Guidance { get; set; } = "";

    /// <summary>Restores the state from the start input.</summary>
    public void Restore(TaskInput input)
    {
        // Each activity is given the input, and the history keeps what it is given.
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

    /// <summary>The agent is interrupted and keeps its conversation.</summary>
    public void Pause()
    {
        (IsPaused, WhyPaused) = (true, new PausedByPerson());
        Interrupt?.Cancel();
    }

    /// <summary>A person stopped the agent process on its machine, so the task stays paused until it is resumed.</summary>
    public void PauseAsStopped() => (IsPaused, WhyPaused) = (true, new AgentStoppedByPerson());

    /// <summary>The time limit of the run is over: the task's next agent waits until a person resumes it.</summary>
    public void PauseAtLimit(DateTimeOffset now)
    {
        if (!_goesOnLate && Input.Until is { } until && now >= until)
        {
            (IsPaused, WhyPaused) = (true, new RunLimitReached(until));
        }
    }

    /// <summary>A person lets the task go on; after the time limit of the run that lifts it.</summary>
    public void Resume()
    {
        IsPaused = false;
        _goesOnLate |= Input.Until is { } until && Workflow.UtcNow >= until.UtcDateTime;
    }

    /// <summary>Cancels the task; its files stay.</summary>
    public void Cancel() => _stop.Cancel();

    /// <summary>Resumes a blocked or parked task, with a person's guidance.</summary>
    public void GoOn(string guidance)
    {
        (Guidance, MayGoOn) = (guidance, true);
        if (guidance.Length > 0 && Progress is { State: not (TaskStates.Blocked or TaskStates.Parked), Answers: [.., var last] })
        {
            Notice([new TaskNotice($"the words of a person came after its question was {last}; its agent reads them in its next prompt")]);
        }
    }

    /// <summary>The planner has answered a question of the agent: the answer is part of its next prompt and of the reports.</summary>
    /// <param name="answer">For people.</param>
    /// <param name="told">For the agent.</param>
    public void TakeAnswer(TaskAnswer answer, string told)
    {
        Answer = told;
        Progress = Progress with { Answers = [.. (Progress.Answers ?? []).TakeLast(MostNotices - 1), answer] };
        Notice([new TaskNotice(answer.ToString())]);
    }

    /// <summary>Another agent goes on, without the conversation.</summary>
    public void GoOnWith(TaskRelay relay)
    {
        Session = "";
        Progress = Progress with { Agent = relay.To, Relays = [.. Progress.Relays ?? [], relay] };
        Notice([new TaskNotice($"it was {relay}")]);
    }

    /// <summary>Takes a person's decision, if one is awaited.</summary>
    public void Decide(bool accepted, Person by)
    {
        if (Progress.State == TaskStates.AwaitingApproval)
        {
            Decision = (accepted, by);
        }
    }

    /// <summary>Result of the agent's request for its next prompt; empty: already used, or there was no request.</summary>
    public string Answer { get; set; } = "";

    /// <summary>A person has sent guidance for the next agent run.</summary>
    public bool HasGuidance => Guidance.Length > 0;

    /// <summary>Takes the guidance for the next agent run, once.</summary>
    public string TakeGuidance()
    {
        var guidance = Guidance;
        Guidance = "";
        return guidance;
    }

    /// <summary>The agent run that took the guidance was never started: the next one gets it.</summary>
    public void RestoreGuidance(string guidance) => Guidance = Guidance.Length == 0 ? guidance : Guidance;

    /// <summary>Ends the agent, keeps its work and closes.</summary>
    public void EndWithoutRun(RunEndedWithoutIt why)
    {
        RunEnded ??= why;
        Cancel();
    }

    /// <summary>Adds notices to the next report.</summary>
    public void Notice(IEnumerable<TaskNotice> notices) =>
        Report = Report with { Notices = [.. Report.Notices.Concat(notices).Take(MostNotices)] };

    /// <summary>The task comes into a state, or has another reason to be in it.</summary>
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
