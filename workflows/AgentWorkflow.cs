using System.ComponentModel.DataAnnotations;
using Orchestrator.Workflows.Messages;
using Orchestrator.Workflows.Tasks;

namespace Orchestrator.Workflows;

/// <summary>Base class of workflows that run an agent. Handles signals from the run, reports to the run, and ends the workflow.</summary>
public abstract class AgentWorkflow : WorkflowBase
{
    /// <summary>Number of faulty answers after which the task fails.</summary>
    private const int MaxAnswers = 3;

    private protected AgentWorkflow()
    {
        State = new TaskWorkflowState(Workflow.Info.FirstExecutionRunId, Workflow.CancellationToken);
        Reporter = new TaskWorkflowReportSender(State);
        Waits = new TaskSuspender(State, Reporter);
    }

    private protected TaskWorkflowState State { get; }

    private protected TaskWorkflowReportSender Reporter { get; }

    private protected TaskSuspender Waits { get; }

    private protected TaskWorkflowInput Input => State.Input;

    private protected TaskProgress Progress
    {
        get => State.Progress;
        set => State.Progress = value;
    }

    /// <summary>Returns the task's latest report.</summary>
    [WorkflowQuery(WorkflowMessageNames.Status, Description = "The latest report of the task.")]
    public TaskReport Status() => State.Report;

    /// <inheritdoc cref="ITaskWorkflow.PauseAsync"/>
    [WorkflowSignal(WorkflowMessageNames.Pause, Description = "Interrupts the task's agent. The agent keeps its conversation.")]
    public Task PauseAsync([Range(0, int.MaxValue)] int verifying = 0) => RunAction(() => State.Pause(verifying));

    /// <summary>Continues after a pause.</summary>
    [WorkflowSignal(WorkflowMessageNames.Resume, Description = "Continues after a pause.")]
    public Task ResumeAsync() => RunAction(State.Resume);

    /// <summary>Stops the agent and ends the workflow. The task's files are retained.</summary>
    [WorkflowSignal(WorkflowMessageNames.Cancel, Description = "Stops the task's agent and ends the task. The files are kept.")]
    public Task CancelAsync() => RunAction(State.Cancel);

    /// <summary>Immediately resumes a task that is waiting for a user, with the user's guidance.</summary>
    [WorkflowSignal(
        WorkflowMessageNames.GoOn,
        Description = "Continues immediately with the user's guidance if the task waits for a user."
    )]
    public Task GoOnAsync(string guidance = null!, TaskSteeringArguments? command = null) =>
        RunAction(() =>
        {
            var isGiven = command is not null && command.Task == Progress.Id && command.Text == guidance;
            Refuse(guidance.Length == 0 ? null : State.AuthorOf(SteeringCatalog.RetryTaskUpdate, isGiven ? command : null).Refusal);
            State.ResumeWithGuidance(guidance);
        });

    /// <summary>Ends the workflow if its run has ended.</summary>
    [WorkflowSignal(WorkflowMessageNames.RunEnded, Description = "Reports that the run ended while this task was open.")]
    public Task RunEndedAsync(RunEndedBeforeTaskReason how = null!) => Reporter.CheckRunEndedAsync(how);

    /// <summary>
    /// Moves the workflow's activities to the run's new owner host. An agent on the previous owner host is interrupted and continues on the
    /// new one. An agent on a worker host keeps running.
    /// </summary>
    [WorkflowSignal(WorkflowMessageNames.Moved, Description = "Moves the steps of the run to another host.")]
    public Task MovedAsync(RepositoryReference place = null!) =>
        RunAction(() =>
        {
            if (!Machine.IsAway)
            {
                State.WasMoved = true;
                State.Interrupt?.Cancel();
            }
            Machine.MoveTo(place.Queue);
        });

    /// <summary>Records that a host is about to start the agent. The agent then counts as started even if the host fails.</summary>
    [WorkflowUpdate(WorkflowMessageNames.AgentBegins, Description = "Reports that a host is about to start the agent.")]
    public Task AgentBeginsAsync(AnnounceAgentStartArguments agent = null!) => RunAction(() => State.HasBegun = true);

    /// <summary>Rejects an announcement if the agent start was not requested, or was requested on another host.</summary>
    [WorkflowUpdateValidator(nameof(AgentBeginsAsync))]
    public void ValidateAgentBegins(AnnounceAgentStartArguments agent) =>
        Refuse(
            State.Wants(agent.Start) && agent.Queue == Machine.QueueOf(ActivityRouting.AtPlace(Input.Repository.Queue))
                ? null
                : $"Start {agent.Start} of this task's agent is no longer assigned to that host."
        );

    internal override void NoteDropped(string note) => Reporter.NoteDropped(note);

    /// <summary>
    /// Executes the task's work, from restoring the state to sending the last report. Failed and canceled activities, and an early end of
    /// the work, become final states of the task.
    /// </summary>
    /// <param name="input">Input of the workflow.</param>
    /// <param name="work">The work. It may end early by throwing <see cref="TaskEndedException"/>.</param>
    /// <param name="release">Releases the resources that the work holds.</param>
    private protected async Task<TaskReport> LiveAsync(TaskWorkflowInput input, Func<Task> work, Func<Task> release)
    {
        State.Restore(input);
        await AllowMessagesAsync();
        try
        {
            await work();
        }
        catch (TaskEndedException ended)
        {
            Reporter.TransitionTo(ended.State, ended.Why, State.ProblemsFile);
        }
        catch (Exception failure)
            when (State.IsCancelled && (failure is ActivityFailureException || TemporalException.IsCanceledException(failure)))
        {
            // The server does not retry an activity whose cancellation was requested. If the worker stops before such an activity ends, the
            // activity fails.
            Reporter.TransitionTo(TaskStateNames.Cancelled, State.WhyCancelled);
        }
        catch (ActivityFailureException failure)
        {
            Reporter.TransitionTo(TaskStateNames.Failed, new ActivityFailedPermanentlyReason(new VerbatimQuote(FailureCause.Of(failure))));
        }
        await release();
        await Reporter.FlushAsync();
        return State.Report;
    }

    /// <summary>Runs an agent of this task, repeatedly if necessary, until another agent run would not change the outcome.</summary>
    /// <param name="call">Executes a single agent run.</param>
    /// <param name="answer">Same as the parameter of <see cref="TaskAgentCaller"/>.</param>
    private protected async Task<AgentRunResult> RunAgentAsync(
        Func<AgentRunExecutionOptions, Task<AgentRunResult>> call,
        Func<AgentRunResult, Task<bool>>? answer = null
    ) => (await new AgentRunRepeater(State, Waits).RunAsync(new TaskAgentCaller(State, Reporter, Waits, call, answer)))!;

    /// <summary>
    /// Asks an agent until its answer has no errors, or fails the task after the last allowed answer. The errors of each answer are sent
    /// back to the same conversation.
    /// </summary>
    /// <param name="question">Question to ask.</param>
    /// <param name="stillFaulty">Creates the reason for the failure after the last allowed answer.</param>
    private protected async Task<AgentAnswerValidationResult> AskAsync(
        AgentQuestion question,
        Func<int, IReadOnlyList<VerbatimQuote>, Reason> stillFaulty
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            var judged = await AskOnceAsync(question);
            if (judged.Problems.Count == 0)
            {
                return judged;
            }
            State.ProblemsFile = judged.ProblemsFile;
            var problems = VerbatimQuote.All(judged.Problems);
            if (attempt == MaxAnswers)
            {
                throw new TaskEndedException(TaskStateNames.Failed, stillFaulty(MaxAnswers, problems));
            }
            Progress = Progress with { Attempt = Progress.Attempt + 1 };
            Reporter.TransitionTo(TaskStateNames.Remediating, new VerificationFailedReason(problems), State.ProblemsFile);
        }
    }

    /// <summary>
    /// Requests one answer and validates it. Then restores the reference to the results of earlier answers in the task's report, because a
    /// later execution continues from those results.
    /// </summary>
    private async Task<AgentAnswerValidationResult> AskOnceAsync(AgentQuestion question)
    {
        var before = Progress.SaidHash;
        try
        {
            await RunAgentAsync(call => AskAsync(question, call));
            Reporter.TransitionTo(TaskStateNames.Verifying);
            var judge = new ValidateAgentAnswerInput(question, Progress.LastStart, Progress.SaidHash ?? "");
            return await Waits.ExecuteActivityAsync((IAnswerActivities a) => a.JudgeAnswerAsync(judge), Short);
        }
        finally
        {
            Progress = Progress with { SaidHash = before };
        }
    }

    /// <summary>Options for activities that complete within minutes.</summary>
    private protected ActivityOptions Short => ActivityDefaults.ShortActivity(Input.Repository.Queue);

    private Task<AgentRunResult> AskAsync(AgentQuestion question, AgentRunExecutionOptions call)
    {
        var isAnnounced = Input.Rules.IsShared && Workflow.Patched("announced-answers");
        State.AwaitBeginning(isAnnounced);
        var ask = new AskAgentInput
        {
            Question = question,
            Attempt = Progress.Attempt,
            Start = Progress.LastStart,
            Session = State.Session,
            ProblemsFile = State.ProblemsFile,
            Guidance = call.Guidance,
            Stop = call.Stop,
            AwaitRelease = call.AwaitRelease,
            IsAnnounced = isAnnounced,
        };
        return Waits.ExecuteActivityAsync(
            (IAnswerActivities a) => a.AskAgentAsync(ask),
            ActivityDefaults.Long(Input.Repository.Queue, Input.Task.Timeout, call.Interrupt)
        );
    }

    private protected static Task RunAction(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}
