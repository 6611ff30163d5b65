using System.Security.Cryptography;
using Orchestrator.Agents.Supervision;
using Orchestrator.Runs.Accounts;
using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>
/// One use of a read-only agent, such as planning or review, in which the agent answers a question. Implementations define the prompt, the
/// schema and the validation of the answer.
/// </summary>
public interface IReadOnlyAgentCaller
{
    /// <summary>Describes the question and the agent that answers it.</summary>
    Task<ReadOnlyAgentCallOptions> DescribeAsync(AskAgentInput input);

    /// <summary>Validates an agent's stored answer. The content of a valid answer is stored separately for later steps.</summary>
    AgentAnswerValidationResult Judge(ValidateAgentAnswerInput input);
}

/// <summary>A question for a read-only agent, with the settings of the agent that answers it.</summary>
public sealed record ReadOnlyAgentCallOptions
{
    /// <summary>Folder of the run.</summary>
    public required RunFolder Folder { get; init; }

    /// <summary>Task id under which the agent run is recorded.</summary>
    public required string TaskId { get; init; }

    /// <summary>The start settings of the run.</summary>
    public required RunStartSettings RunStart { get; init; }

    /// <summary>Settings of the planner or reviewer that answers.</summary>
    public required PlannerSettings Who { get; init; }

    /// <summary>Role of the agent in messages, such as <c>planner</c>.</summary>
    public required string Role { get; init; }

    /// <summary>Key of the setting that configures the agent, such as <c>planner</c>.</summary>
    public required string Setting { get; init; }

    /// <summary>Folder for the conversations of models that have no agent program.</summary>
    public required string Conversations { get; init; }

    /// <summary>JSON Schema of the answer.</summary>
    public required string Schema { get; init; }

    /// <summary>Absolute path of the file that stores the answer.</summary>
    public required string AnswerFile { get; init; }

    /// <summary>Absolute path of the worktree that the agent reads.</summary>
    public required string Worktree { get; init; }

    /// <summary>Hash of the commit that the agent reads.</summary>
    public required string Commit { get; init; }

    /// <summary>Creates the complete prompt of a new conversation. Not called if the agent continues an existing one.</summary>
    public required Func<string> Prompt { get; init; }

    /// <summary>True if the agent may answer in plain text instead of in the structured format.</summary>
    public bool TakesText { get; init; }

    /// <summary>True if the agent's worktree is removed after each agent run.</summary>
    public bool LeavesNoWorktree { get; init; }

    /// <summary>The reason why the agent's account must not be used for the question, or empty if it may be used.</summary>
    public string Fault { get; init; } = "";
}

/// <summary>
/// Runs a read-only agent that answers a question. The agent survives the end of this process. The next attempt at the workflow step waits
/// for the pending answer instead of asking again.
/// </summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class ReadOnlyAgentRunner(RunServiceBundle services)
{
    /// <summary>Starts the agent or attaches to a running one, follows the agent until it ends, and stores its answer.</summary>
    /// <param name="input">The agent run.</param>
    /// <param name="ask">The question and the agent that answers it.</param>
    /// <param name="execution">The running step.</param>
    /// <returns>The result of the agent run. <see cref="AgentRunResult.SaidHash"/> is the hash of the stored answer.</returns>
    public async Task<AgentRunResult> AskAsync(AskAgentInput input, ReadOnlyAgentCallOptions ask, RunStepExecutionContext execution)
    {
        var folder = ask.Folder.Start(ask.TaskId, input.Start);
        if ((Refuse(ask) ?? DetachableAgentRunFollower.CancelUnstarted(input.Stop, folder, input.Session)) is { } neverBegun)
        {
            return neverBegun;
        }
        var path = input.Question.Repository.Path;
        var workTree = input.Question.Repository.WorkTree;
        var environment = await AgentRunEnvironment.OfAsync(services, workTree, ask.RunStart, null, CancellationToken.None);
        using var payers = PayingAccountSelector.Of(
            services,
            Governed(input, ask, folder, environment),
            ask.Who.Agent,
            environment.Environment
        );
        var held = new AgentStartHoldChecker(services, input.Question.RunId, path, folder, input.Session, payers.AwaitTurnAsync);
        if (await held.WaitWhileHeldAsync(input.AwaitRelease, execution) is { } notNow)
        {
            return notNow;
        }
        var agent = FindAgent(ask, environment);
        var repository = await services.OpenRepositoryAsync(path);
        var worktrees = new WorktreeManager(repository);
        var start = Describe(input, ask, agent, folder, await EnsureWorktreeAsync(repository, worktrees, ask), execution);
        var state = AgentSupervisor.ReadState(start.Folder);
        var confined = new SandboxedAgentStateFolder(agent, Path.Combine(start.Folder, "state"));
        var logins = new SandboxLoginCopies(agent, start.Folder, services.Environment, services.Time);
        if (state == AgentRunStatus.NotStarted)
        {
            start = await ConfineAsync(start, agent, repository, (confined, logins), input, ask);
            await execution.Begins();
        }
        if (await payers.AdmitAsync(input.Session, CancellationToken.None) is { } notAdmitted)
        {
            return notAdmitted;
        }
        var governed = payers.Chosen;
        var outcome = await DetachableAgentRunFollower.RunAsync(
            execution,
            FindAgent(ask, environment, governed.Agent.Fallback),
            start with
            {
                Limits = governed.Limit(start.Limits),
            },
            services.Time,
            input.Stop,
            logins.SynchronizeAsync,
            governed: governed
        );
        string[] notTaken = [confined.CopyConversationBack(outcome.SessionId ?? start.SessionId), .. await logins.ReturnAsync()];
        confined.Remove();
        (AgentRunOutcomeFile.Of(outcome) with { Account = governed.Agent.Account, Agent = ask.Who.Agent }).Write(start.Folder);
        if (ask.LeavesNoWorktree)
        {
            await worktrees.RemoveAsync(ask.Worktree);
        }
        var result = Evaluate(outcome, ask, start, found: state == AgentRunStatus.Ended);
        var settled = payers.RetryOnOtherAccount(await governed.Use.SettleReservationAsync(result, outcome)) with
        {
            Notices = [.. governed.Use.Notices, .. notTaken.Where(text => text.Length > 0).Select(text => new TaskNotice(text))],
        };
        return await new FreeDiskSpaceWaiter(services.Time).AwaitSpaceAsync(
            settled,
            input.Question.Repository.Path,
            ask.RunStart.Settings.DiskReserve,
            execution
        );
    }

    private static AgentRunResult? Refuse(ReadOnlyAgentCallOptions ask) =>
        ask.Fault.Length == 0
            ? null
            : new AgentRunResult
            {
                FailureClass = FailureClass.Account,
                Message = ask.Fault,
                NeverBegun = true,
            };

    private IAgentRunner FindAgent(ReadOnlyAgentCallOptions ask, AgentRunEnvironment environment, string payer = "") =>
        AgentCatalog.FindAnswering(ask.Who, ask.RunStart.Settings, services.HookCommand, environment, ask.Conversations, payer)
        ?? throw new RunStepFailedException(AgentCatalog.Unknown(ask.Who.Agent, ask.RunStart.Settings), "UnknownAgent");

    private static AgentRunResult Evaluate(AgentOutcome outcome, ReadOnlyAgentCallOptions ask, AgentRunParameters start, bool found)
    {
        var (failure, message) = AgentOutcomeClassifier.Of(outcome, null, found, $"{ask.Setting}.timeout");
        var answer = outcome.Answer ?? (ask.TakesText && failure == FailureClass.None ? message : null);
        return new AgentRunResult
        {
            FailureClass = failure,
            Message = message,
            IsRefused = outcome.IsRefused,
            ClaimedDone = outcome.ClaimsDone,
            Session = outcome.SessionId ?? start.SessionId ?? "",
            Cost = outcome.Usage.CostUsd,
            Tokens = outcome.Usage.Tokens.Total,
            Turns = outcome.Turns,
            ResetAt = outcome.ResetsAt,
            Folder = ask.Folder.Relative(start.Folder),
            SaidHash = answer is null ? "" : HashVerifiedFile.Write(ask.AnswerFile, Encoding.UTF8.GetBytes(answer)),
        };
    }

    // The agent reads a commit and changes no file, so its worktree and the repository need no private copies.
    private async Task<AgentRunParameters> ConfineAsync(
        AgentRunParameters start,
        IAgentRunner agent,
        GitRepository repository,
        (SandboxedAgentStateFolder State, SandboxLoginCopies Logins) own,
        AskAgentInput input,
        ReadOnlyAgentCallOptions ask
    )
    {
        var settings = ask.RunStart.Settings;
        if (await RunSandboxFactory.RulesAsync(settings, input.Question.Repository.Path, services) is not { } rules)
        {
            return start;
        }
        own.State.CopyConversationIn(input.Session);
        var keys = RunSandboxFactory.KeysOutside(settings, ask.Who.Agent, agent);
        var logins = await own.Logins.TakeAsync(keys, CancellationToken.None);
        var configuration = await SandboxGitConfigCopies.MakeAsync(repository, own.State.Folder, CancellationToken.None);
        var sandbox = rules.OfAgent(agent.State, own.State.Folder, logins, services.HookFiles);
        var shown = rules.WithDownloads(
            rules.WithGit(
                sandbox with
                {
                    Visible = [.. sandbox.Visible, start.WorkingDirectory, repository.CommonDirectory],
                },
                configuration
            ),
            layers: null,
            SandboxedProgramKind.Agent,
            canOverlay: false
        );
        var confined = RunSandboxFactory.WithNetwork(
            shown,
            settings,
            RunSandboxFactory.PurposeOf(SandboxedProgramKind.Agent, ask.Folder, ask.TaskId) with
            {
                Agents = [ask.Who.Agent],
                Keys = keys,
            },
            start.Repository,
            configuration,
            services
        );
        return start with { Sandbox = confined, Variables = settings.VariablesOf(ask.Who.Agent) };
    }

    private static GovernedAgentRun Governed(
        AskAgentInput input,
        ReadOnlyAgentCallOptions ask,
        string folder,
        AgentRunEnvironment environment
    ) =>
        new()
        {
            Account = AccountName.Of(ask.Who.Agent, ask.RunStart.Settings, environment.Environment),
            Repository = input.Question.Repository,
            Run = input.Question.RunId,
            Task = ask.TaskId,
            Attempt = input.Attempt,
            Start = input.Start,
            Folder = folder,
            Model = ask.RunStart.Settings.ModelOf(ask.Who),
            Settings = ask.RunStart.Settings,
            Slots = ask.RunStart.Settings.Agents.GetValueOrDefault(ask.Who.Agent)?.Slots,
            IsUnderWay = input.Session.Length > 0 || input.Attempt > 1,
        };

    private static async Task<string> EnsureWorktreeAsync(GitRepository repository, WorktreeManager worktrees, ReadOnlyAgentCallOptions ask)
    {
        var commit =
            await new GitCommitReaderAndWriter(repository).ReadAsync(ask.Commit)
            ?? throw new RunStepFailedException($"The commit for the {ask.Role} is no longer in the repository.", "InvalidInput");
        var request = new WorktreeRequest(ask.Worktree, commit.Id)
        {
            LockReason = $"the {ask.Role} of {ask.Folder.Name} reads here (orchestrate)",
        };
        return (await worktrees.EnsureAsync(request)).Path;
    }

    private AgentRunParameters Describe(
        AskAgentInput input,
        ReadOnlyAgentCallOptions ask,
        IAgentRunner agent,
        string folder,
        string worktree,
        RunStepExecutionContext execution
    )
    {
        var limits = ask.RunStart.Settings.Limits;
        var problems = ContentAddressedFile.Read(ask.Folder, input.ProblemsFile);
        var goesOn = input.Session.Length > 0 && agent.FindConversation(input.Session) is not null;
        return new AgentRunParameters
        {
            Folder = folder,
            WorkingDirectory = worktree,
            Repository = input.Question.Repository.Path,
            Run = input.Question.RunId,
            Task = ask.TaskId,
            Attempt = input.Attempt,
            Prompt = goesOn
                ? AnswerCorrectionPromptRenderer.RenderContinuation(problems, input.Guidance)
                : AnswerCorrectionPromptRenderer.RenderNewConversation(ask.Prompt(), problems, input.Guidance),
            Owner = execution.Owner,
            TraceParent = TraceContext.ParentFor(
                services.Environment,
                input.Question.Repository.Key,
                input.Question.RunId,
                ask.TaskId,
                input.Start
            ),
            SessionId = input.Session.Length > 0 ? input.Session : SessionId(execution.Id, ask.TaskId, input.Start),
            Model = ask.RunStart.Settings.ModelOf(ask.Who) is var model && model == AgentSettings.OwnModel ? null : model,
            EarlierFolders = [.. Enumerable.Range(1, input.Start - 1).Select(start => ask.Folder.Start(ask.TaskId, start))],
            AnswerSchema = ask.Schema,
            Policy = new AgentRunPermissions
            {
                Task = ask.TaskId,
                Root = worktree,
                Write = [],
                AllowCommands = false,
            },
            Limits = new AgentRunLimits
            {
                Time = ask.Who.Timeout,
                // A model behind an API returns nothing until its answer is complete, so only the time limit can detect a stall.
                Stall = Timeout.InfiniteTimeSpan,
                Orphan = limits.Orphan,
                Turns = limits.Turns,
                CostUsd = limits.Cost,
                MemoryBytes = limits.Memory,
                Cores = limits.Cpu,
            },
        };
    }

    /// <summary>
    /// Derives the id of the conversation, which is known before the agent starts and is the same in all attempts at the workflow step.
    /// </summary>
    private static string SessionId(string execution, string task, int start) =>
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"session\n{execution}\n{task}\n{start}"))[..16]).ToString();
}
