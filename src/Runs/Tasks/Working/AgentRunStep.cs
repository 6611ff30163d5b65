using Orchestrator.Agents.Supervision;
using Orchestrator.Gates.Worktrees;
using Orchestrator.Runs.Accounts;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Gates;
using Orchestrator.Runs.Tasks.Mail;
using Orchestrator.Runs.Tasks.Radar;

namespace Orchestrator.Runs.Tasks;

/// <summary>Runs a task's agent once, and evaluates its outcome for the task.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class AgentRunStep(RunServices services)
{
    private const int LongestError = 600;

    /// <summary>Starts the agent or attaches to a running one, and follows it until it ends.</summary>
    /// <param name="input">The task and the agent run.</param>
    /// <param name="execution">The execution of the step.</param>
    public async Task<AgentRunResult> RunAsync(RunAgentInput input, StepExecution execution)
    {
        var files = services.Plans.Load(input.Task.Repository, input.Task.RunId, input.Task.PlanHash);
        var task = TaskOf(input, files);
        var folder = files.Folder.Start(task.Id, input.Start);
        var wasOwned = File.Exists(Path.Combine(folder, "owner"));
        if (AgentMonitor.NeverBegun(input.Stop, folder, SessionOf(input, files, execution)) is { } stopped)
        {
            return stopped with { LeftElsewhere = wasOwned };
        }
        var agentName = files.Settings.AgentOf(task);
        var runEnvironment = await AgentRunEnvironment.OfAsync(
            services,
            files.WorkTree,
            files.Start,
            input.Prepared.BaseCommit,
            CancellationToken.None
        );
        using var payers = AgentPayers.Of(
            services,
            Governed(input, files, task, agentName, runEnvironment),
            agentName,
            runEnvironment.Environment
        );
        var held = new HoldCheck(
            services,
            input.Task.RunId,
            input.Task.Repository.Path,
            files.Folder.Start(task.Id, input.Start),
            input.Session,
            payers.AwaitTurnAsync
        );
        if (await held.MeetAsync(input.AwaitRelease, execution) is { } notNow)
        {
            return notNow;
        }
        var runner =
            AgentCatalog.Find(agentName, files.Settings, services.HookCommand, runEnvironment)
            ?? throw new StepException(AgentCatalog.Unknown(agentName, files.Settings), "UnknownAgent");
        var start = await new AgentStarts(services).DescribeAsync(input, files, task, runner, execution);
        var workspace = new TaskWorkspace(await services.OpenRepositoryAsync(files), files, task.Id);
        var worktree = workspace.Worktrees.Find(workspace.WorktreePath);
        var state = AgentSupervisor.Look(start.Folder);
        var problem = await StepSandbox.RefusalAsync(files.Settings, task, worktree, workspace.RelativePath, services);
        // An agent that already runs is followed, even if its sandbox has become unavailable.
        if (problem.Length > 0 && state == AgentStartState.NotStarted)
        {
            return new AgentRunResult
            {
                FailureClass = FailureClass.Environment,
                Message = problem,
                Session = input.Session,
                Folder = files.Folder.Relative(start.Folder),
            };
        }
        var use = state == AgentStartState.NotStarted ? WorktreeUse.Idle : WorktreeUse.Continued;
        var resources = await WorktreeResourceClaims
            .Of(services.Environment)
            .TakeAsync(workspace.WorktreePath, use, CancellationToken.None);
        var confined = worktree is null ? null : new ConfinedAgent(workspace, task, worktree, runner, start.Folder, services);
        start = start with
        {
            Sandbox =
                confined is null || state != AgentStartState.NotStarted
                    ? null
                    : await confined.PrepareAsync(input.Session, resources, CancellationToken.None),
            Variables = files.Settings.VariablesOf(agentName),
            Environment = resources.Variables(files.Settings.Worktrees.Environment),
        };
        if (state == AgentStartState.NotStarted && !input.Stop)
        {
            await LeadAsync(files.Settings.HeadStartOf(agentName), agentName, start, execution);
        }
        // A hold takes effect at once, even for an agent run that is being prepared.
        if (held.Look() is { } notAnyMore)
        {
            return notAnyMore;
        }
        var guard = new AgentGuard(workspace, services, input.Start);
        if (worktree is not null)
        {
            await guard.RecordAsync(worktree);
        }
        var conversation = start.SessionId!;
        var snapshots = new WorkSnapshots(
            workspace,
            worktree,
            () => ToKeep(runner, input, conversation, confined),
            () => confined?.TakeOverAsync() ?? Task.CompletedTask,
            services.Time
        );
        if (state == AgentStartState.NotStarted)
        {
            await execution.Begins();
        }
        if (await payers.AdmitAsync(input.Session, CancellationToken.None) is { } notAdmitted)
        {
            return notAdmitted;
        }
        var governed = payers.Chosen;
        runner = AgentCatalog.Find(agentName, files.Settings, services.HookCommand, runEnvironment, governed.Agent.Fallback)!;
        start = start with { Limits = governed.Limit(start.Limits) };
        var radar = new ConflictPredictor(files, workspace.Repository, task.Id, services);
        var toolUsage = new ToolUsage();
        var undelivered = new List<string>();
        var outbox = new TaskMailFolder(files.Folder, task.Id, services.Time);
        var tools = new OfferedTools(start.Folder);
        AgentOutcome outcome;
        try
        {
            outcome = await AgentMonitor.RunAsync(
                execution,
                runner,
                start,
                services.Time,
                input.Stop,
                async () =>
                {
                    undelivered.AddRange(await outbox.DeliverAsync(CancellationToken.None));
                    await snapshots.SaveIfDueAsync();
                    await radar.LookIfDueAsync();
                    await ConfinedAgent.SynchronizeAsync(confined);
                },
                happened =>
                {
                    toolUsage.Take(happened);
                    tools.Take(happened);
                    conversation = (happened as AgentSessionStarted)?.SessionId ?? conversation;
                },
                governed
            );
        }
        finally
        {
            await radar.DisposeAsync();
            await snapshots.FinishAsync();
            undelivered.AddRange(await outbox.DeliverAsync(CancellationToken.None));
        }
        // Only after the agent has ended. A process that detaches leaves the running agent and its commits to its successor.
        await (confined?.FinishAsync(conversation) ?? Task.CompletedTask);
        var notices = worktree is null
            ? []
            : await guard.PutBackAsync(worktree, input.Attempt, toolUsage, isConfined: start.Sandbox is not null);
        var described = Describe(
            outcome,
            input,
            files,
            task,
            start,
            AgentRunNotes.Of(outcome) with
            {
                SnapshotProblem = snapshots.Problem,
                Attempt = input.Attempt,
                Account = governed.Agent.Account,
                Agent = agentName,
                IsAtGrant = governed.Use.EndsAtGrant(outcome),
            },
            found: state == AgentStartState.Ended
        );
        var result = payers.GoingOn(await governed.Use.SettleAsync(described, outcome)) with
        {
            Notices =
            [
                .. notices,
                .. governed.Use.Notices,
                .. tools.Notices,
                .. AgentSupervisor.ReadWarnings(start.Folder).Where(guard.IsNews).Select(text => new TaskNotice(text)),
                .. outcome.Notices.Where(guard.IsNews).Select(text => new TaskNotice(text)),
                .. UnreadableClaim(start.Folder),
                .. undelivered
                    .Distinct()
                    .Where(guard.IsNews)
                    .Select(text => new TaskNotice($"Mail of {task.Id} was not delivered: {text}")),
                .. confined is { Problem.Length: > 0 } ? (TaskNotice[])[new TaskNotice(confined.Problem)] : [],
                .. PredictedConflicts.Notices(task.Id, PredictedConflicts.TakeUntold(files.Folder, task.Id, input.Start)),
            ],
        };
        return await JudgeErrorAsync(result, outcome, workspace, worktree, input, AgentClaim.TryRead(start.Folder)?.Status);
    }

    /// <summary>Returns the conversation file to keep for another host on which the task's own agent continues, or null if none.</summary>
    private static string? ToKeep(IAgentRunner runner, RunAgentInput input, string conversation, ConfinedAgent? confined) =>
        runner.HasConversationFiles && input.Agent is null or AgentCatalog.Claude
            ? confined?.FindConversation(conversation) ?? runner.FindConversation(conversation)
            : null;

    // The first of several simultaneous agents starts earlier, so that the others find its prompt in the provider's cache.
    private async Task LeadAsync(TimeSpan lead, string agent, AgentStart start, StepExecution execution)
    {
        if (lead > TimeSpan.Zero)
        {
            using var left = CancellationTokenSource.CreateLinkedTokenSource(execution.Stop, execution.Detach);
            await services.Part(part => new HeadStart(part.Time)).WaitAsync(HeadStart.PrefixOf(agent, start), lead, left.Token);
        }
    }

    /// <summary>Returns the task with the agent that works on it. The model in the plan belongs to the task's own agent only.</summary>
    private static PlanTask TaskOf(RunAgentInput input, RunFiles files) =>
        files.Task(input.Task) is var task && input.Agent is { } other ? task with { Agent = other, Model = null } : task;

    /// <summary>Returns the conversation to continue. On another host, the agent run's folder may be missing while its conversation is
    /// available.</summary>
    private static string SessionOf(RunAgentInput input, RunFiles files, StepExecution execution)
    {
        if (input.Session.Length > 0)
        {
            return input.Session;
        }
        var begun = AgentStarts.SessionId(input, execution.Id);
        return File.Exists(ConversationStore.PathOf(files.Folder, input.Task.Task.Id, begun)) ? begun : "";
    }

    private static GovernedAgent Governed(
        RunAgentInput input,
        RunFiles files,
        PlanTask task,
        string agent,
        AgentRunEnvironment environment
    ) =>
        new()
        {
            Account = AccountName.Of(agent, files.Settings, environment.Environment),
            Repository = input.Task.Repository,
            Run = input.Task.RunId,
            Task = task.Id,
            Attempt = input.Attempt,
            Start = input.Start,
            Folder = files.Folder.Start(task.Id, input.Start),
            Model = AgentStarts.ModelOf(task, files.Settings, input.Failures),
            Settings = files.Settings,
            Slots = files.Settings.Agents.GetValueOrDefault(agent)?.Slots,
            IsUnderWay = input.Session.Length > 0 || input.Attempt > 1 || input.Agent is not null,
        };

    /// <summary>Evaluates an agent program that ended with an error, which counts as giving up. Without changes, the task fails. With
    /// changes, it needs another attempt, unless the agent claimed to be done. Its gates then decide, because programs also end with an
    /// error for mere warnings.</summary>
    private static async Task<AgentRunResult> JudgeErrorAsync(
        AgentRunResult result,
        AgentOutcome outcome,
        TaskWorkspace workspace,
        Worktree? worktree,
        RunAgentInput input,
        string? claimed
    )
    {
        if (
            outcome.Failure is not (AgentFailure.GaveUp or AgentFailure.Output)
            || result.FailureClass != FailureClass.GaveUp
            || worktree is null
        )
        {
            return result;
        }
        if (!await HasWorkAsync(worktree, input))
        {
            return result with { Message = $"{result.Message.TrimEnd()} No file was changed." };
        }
        return claimed == "failed"
            ? result
            : result with
            {
                FailureClass = FailureClass.None,
                ClaimedDone = claimed == "completed",
                EndedWith = FileNames.Show(result.Message.ReplaceLineEndings(" ").Trim(), LongestError),
                Signature = "",
            };
    }

    private static async Task<bool> HasWorkAsync(Worktree worktree, RunAgentInput input)
    {
        try
        {
            return (await new WorktreeDiff(worktree).AgainstAsync(input.Prepared.BaseCommit)).Any(file =>
                file.Path != WorktreeClaim.FileName
            );
        }
        catch (GitException refusal) when (refusal.IsRefusal || refusal is WorktreeReplacedException)
        {
            return true; // Whatever it is that git refuses to look at, verification says it to the agent.
        }
    }

    private static IEnumerable<TaskNotice> UnreadableClaim(string folder)
    {
        AgentClaim.TryRead(folder, out _, out var problem);
        return problem.Length == 0 ? [] : [new TaskNotice(problem)];
    }

    private AgentRunResult Describe(
        AgentOutcome outcome,
        RunAgentInput input,
        RunFiles files,
        PlanTask task,
        AgentStart start,
        AgentRunNotes notes,
        bool found
    )
    {
        if (AgentClaim.TryRead(start.Folder) is null)
        {
            WorktreeClaim.Take(start);
        }
        var claim = AgentClaim.TryRead(start.Folder, out var said, out _);
        notes.Write(start.Folder);
        var (failure, message) = AgentOutcomeClassifier.Of(outcome, claim, found);
        if (failure == FailureClass.Blocked)
        {
            message += RequestedFiles.Owners(files, start.Task, claim);
            message += ContractCheck.HowToChange(files, message);
        }
        return new AgentRunResult
        {
            FailureClass = failure,
            Message = message,
            IsRefused = outcome.IsRefused,
            ClaimedDone = outcome.ClaimsDone && claim?.Status is null or "completed",
            Session = outcome.SessionId ?? start.SessionId ?? "",
            Cost = notes.Cost,
            Tokens = notes.Tokens,
            Turns = outcome.Turns,
            ResetAt = AgentOutcomeClassifier.ResetOf(outcome, services.Time.GetUtcNow()),
            Signature = AgentOutcomeClassifier.SignatureOf(outcome, claim, files.Settings.AgentOf(task), start.Task),
            Folder = files.Folder.Relative(start.Folder),
            SaidHash = said,
            Called = outcome.SubAgents.Intersect(task.RequiredAgents, StringComparer.Ordinal).ToList() is { Count: > 0 } called
                ? called
                : null,
        };
    }
}
