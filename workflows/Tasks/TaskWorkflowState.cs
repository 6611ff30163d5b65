namespace Orchestrator.Workflows.Tasks;

/// <summary>State of a task's workflow, including the commands that it has received.</summary>
internal sealed class TaskWorkflowState(string executionId, CancellationToken cancellation)
{
    private const int MostAnswers = 20;
    private int _startsBefore;
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

    /// <summary>Input of the task's workflow.</summary>
    public TaskWorkflowInput Input { get; private set; } = null!;

    /// <summary>Last report of the task. Each change is sent to the run.</summary>
    public TaskReport Report { get; set; } =
        new()
        {
            Progress = new TaskProgress { Id = "", State = TaskStateNames.Preparing },
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

    /// <summary>Results of the task's parts, or null if the parts have not all ended or the task was not divided.</summary>
    public string? Parts { get; private set; }

    /// <summary>Starts waiting for the task's parts to finish.</summary>
    public void AwaitParts()
    {
        Parts = null;
        Progress = Progress with { Parts = [] };
    }

    /// <summary>Stores the results of the parts, if the task is waiting for them.</summary>
    public void StorePartResults(string summary) => Parts = Progress.Parts is not null ? summary : Parts;

    /// <summary>Stores the usage, the output and the notices of an agent run.</summary>
    public void StoreAgentResult(AgentRunResult result)
    {
        Report = Report.After(result);
        HasUnshared = result.NeverBegun ? HasUnshared : result.HasUnshared;
    }

    /// <summary>Records files that the task may write in addition to those in the plan.</summary>
    public void RecordGrantedFiles(IReadOnlyList<string> lent)
    {
        Input = Input with { Lent = [.. Input.Lent.Union(lent)] };
        Progress = Progress with { Lent = Input.Lent.Count == 0 ? null : Input.Lent };
    }

    /// <inheritdoc cref="TaskWorkflowInput.SendsLocally"/>
    public bool SendsLocally { get; private set; }

    /// <inheritdoc cref="TaskWorkflowInput.VerifiesAtOnce"/>
    public bool VerifiesAtOnce { get; private set; }

    /// <summary>Settings that the workflow uses.</summary>
    public RunWorkflowSettings Rules => Input.Rules;

    /// <summary>File with the problems of the last attempt, relative to the repository; empty for the first attempt.</summary>
    public string ProblemsFile { get; set; } = "";

    /// <summary>Id of the conversation to continue; empty until the first agent run has reported it.</summary>
    public string Session { get; set; } = "";

    public bool IsPaused { get; private set; }

    /// <summary>Reason for the current pause.</summary>
    public Reason WhyPaused { get; private set; } = new PausedByUserReason();

    /// <summary>True if a blocked or backing-off task should continue immediately.</summary>
    public bool MayGoOn { get; set; }

    /// <summary>Approver's decision about work that changed the input of its gates, or null if there is none yet.</summary>
    public (bool Accepted, DecidingUser By)? Decision { get; set; }

    /// <summary>Describes how the run ended before this task, or null while the run is open.</summary>
    public RunEndedBeforeTaskReason? RunEnded { get; private set; }

    /// <summary>True if the task moved to another host while its agent was running.</summary>
    public bool WasMoved { get; set; }

    /// <summary>True if the task's host has work that can't be transferred to another host.</summary>
    public bool HasUnshared { get; private set; }

    /// <summary>Cancellation source that interrupts the running agent, or null if no agent is running.</summary>
    public CancellationTokenSource? Interrupt { get; set; }

    /// <summary>True if the requested agent may have started; null if hosts do not announce agents before they start them.</summary>
    public bool? HasBegun { get; set; }

    /// <summary>Prepares for a request that may start the agent. Keeps an earlier announcement of the same agent run.</summary>
    /// <param name="isAnnounced">True if hosts announce an agent before starting it.</param>
    public void AwaitBeginning(bool isAnnounced) => HasBegun = isAnnounced ? HasBegun ?? false : null;

    /// <summary>True if the given agent run is requested and was not interrupted.</summary>
    /// <param name="start">Number of the agent run.</param>
    public bool Wants(int start) => start == Progress.LastStart && Interrupt is { IsCancellationRequested: false };

    public CancellationToken Stop => _stop.Token;

    public bool IsCancelled => _stop.IsCancellationRequested;

    /// <summary>True if the run has ended before this task. The task's work is then not merged, and its reports are not read.</summary>
    public bool HasNoRun => RunEnded is not null;

    /// <summary>Reason for the cancellation of the task.</summary>
    public Reason WhyCancelled => RunEnded is null ? new RunningTaskCanceledReason() : RunEnded;

    private bool _goesOnLate;

    private string Guidance { get; set; } = "";

    /// <summary>Restores the state from the workflow's input.</summary>
    public void Restore(TaskWorkflowInput input)
    {
        // The history stores the input of each activity, so members that concern only the workflow are removed from it.
        Input = input with
        {
            Known = null,
            SendsLocally = false,
            VerifiesAtOnce = false,
        };
        (SendsLocally, VerifiesAtOnce) = (input.SendsLocally, input.VerifiesAtOnce);
        Session = input.Session;
        IsPaused = input.Paused;
        Guidance = input.Guidance;
        var known = input.Known ?? Progress with { Id = input.Task.Id };
        _startsBefore = known.LastStart;
        Report = Report with { PlanHash = input.PlanHash, Sequence = 1, Progress = known with { Attempt = known.Attempt + 1 } };
    }

    /// <inheritdoc cref="ITaskWorkflow.PauseAsync"/>
    public void Pause(int verifying)
    {
        (IsPaused, WhyPaused) = (true, new PausedByUserReason());
        // The activity that has sent the next report no longer runs an agent.
        if (verifying != Report.Sequence + 1)
        {
            Interrupt?.Cancel();
        }
    }

    /// <summary>Pauses the task until a user resumes it, because a user stopped the agent's process on its host.</summary>
    public void PauseAsStopped() => (IsPaused, WhyPaused) = (true, new AgentStoppedByUserReason());

    /// <summary>Pauses the task at the run's time limit. No agent starts until a user resumes the task.</summary>
    public void PauseAtLimit(DateTimeOffset now)
    {
        if (!_goesOnLate && Input.Until is { } until && now >= until)
        {
            (IsPaused, WhyPaused) = (true, new RunTimeLimitReachedReason(until));
        }
    }

    /// <summary>Resumes the task at a user's request. After the run's time limit, this also lifts the limit for the task.</summary>
    public void Resume()
    {
        IsPaused = false;
        _goesOnLate |= Input.Until is { } until && Workflow.UtcNow >= until.UtcDateTime;
    }

    /// <summary>Cancels the task. The files are retained.</summary>
    public void Cancel() => _stop.Cancel();

    /// <summary>Resumes a blocked or backing-off task, with a user's guidance.</summary>
    public void ResumeWithGuidance(string guidance)
    {
        (Guidance, MayGoOn) = (guidance, true);
        if (guidance.Length > 0 && Progress is { State: not (TaskStateNames.Blocked or TaskStateNames.Parked), Answers: [.., var last] })
        {
            Notice([new TaskNotice($"a user's text arrived after its question was {last}; the agent gets the text in its next prompt")]);
        }
    }

    /// <summary>
    /// Stores the planner's answer to a question from the agent. The answer becomes part of the next prompt and of the reports.
    /// </summary>
    /// <param name="answer">Answer in the form shown to users.</param>
    /// <param name="told">Answer in the form shown to the agent.</param>
    public void StorePlannerAnswer(TaskAnswer answer, string told)
    {
        Answer = told;
        Progress = Progress with { Answers = [.. (Progress.Answers ?? []).TakeLast(MostAnswers - 1), answer] };
        Notice([new TaskNotice(answer.ToString())]);
    }

    /// <summary>Continues with another agent, which starts a new conversation.</summary>
    public void ContinueWithRelay(TaskAgentSwitch relay)
    {
        Session = "";
        Progress = Progress with { Agent = relay.To, Relays = [.. Progress.Relays ?? [], relay] };
        Notice([new TaskNotice($"it was {relay}")]);
    }

    /// <summary>
    /// Verifies the author of a user's command that the run has passed on. Without this check, a client could send a decision directly to
    /// the task, without an approver's signature.
    /// </summary>
    public SteeringCommandAuthor AuthorOf(string name, SteeringUpdateArguments? command) =>
        SteeringCommandAuthor.Of(Input.RunId, name, command, Rules, new DateTimeOffset(Workflow.UtcNow, TimeSpan.Zero));

    /// <summary>Stores an approver's decision, if the task is waiting for one.</summary>
    public void Decide(bool accepted, DecidingUser by)
    {
        if (Progress.State == TaskStateNames.AwaitingApproval)
        {
            Decision = (accepted, by);
        }
    }

    /// <summary>
    /// Answer to the agent's request, for the next prompt. Empty if the answer was already used, or if the agent made no request.
    /// </summary>
    public string Answer { get; set; } = "";

    /// <summary>True if a user has sent guidance for the next agent run.</summary>
    public bool HasGuidance => Guidance.Length > 0;

    /// <summary>Returns the guidance for the next agent run and clears it.</summary>
    public string RemoveGuidance()
    {
        var guidance = Guidance;
        Guidance = "";
        return guidance;
    }

    /// <summary>
    /// Restores the guidance of an agent run that never started, so that the next agent run gets it. Has no effect if newer guidance has
    /// arrived.
    /// </summary>
    public void RestoreGuidance(string guidance) => Guidance = Guidance.Length == 0 ? guidance : Guidance;

    /// <summary>Stops the agent and ends the task because the run has ended, but keeps the task's work.</summary>
    public void EndWithoutRun(RunEndedBeforeTaskReason why)
    {
        RunEnded ??= why;
        Cancel();
    }

    /// <summary>Adds notices to the next report.</summary>
    public void Notice(IEnumerable<TaskNotice> notices) => Report = Report.Noticing(notices);

    /// <summary>Moves the task to a new state, or sets a new reason for the same state.</summary>
    public void TransitionTo(string state, Reason? why, DateTimeOffset now, string evidence = "")
    {
        Report = Report with { Sequence = Report.Sequence + 1, Progress = Progress.MovedTo(state, why, now, evidence) };
        if (state == TaskStateNames.Cancelled && HasNoRun)
        {
            Report = Report with { FailureClass = FailureClass.RunEnded };
        }
    }

    public void ThrowIfCancelled()
    {
        if (IsCancelled)
        {
            throw new TaskEndedException(TaskStateNames.Cancelled, WhyCancelled);
        }
    }
}
