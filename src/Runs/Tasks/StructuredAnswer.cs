using System.Security.Cryptography;
using Orchestrator.Agents.Supervision;
using Orchestrator.Runs.Sandboxing;

namespace Orchestrator.Runs.Tasks;

/// <summary>One run of an agent that only reads and answers: a planner or a reviewer.</summary>
internal sealed record AnsweringStart
{
    public required string RunId { get; init; }
    public required RepositoryReference Repository { get; init; }
    public required RunFolder Folder { get; init; }

    /// <summary>Its task id in the run.</summary>
    public required string TaskId { get; init; }

    /// <summary>The run's stored start.</summary>
    public required RunStart RunStart { get; init; }

    /// <summary>The planner or reviewer that answers.</summary>
    public required PlannerSettings Who { get; init; }

    /// <summary>The setting that configures it, such as <c>planner</c>.</summary>
    public required string Setting { get; init; }

    /// <summary>Folder for the conversations of models that have no agent program.</summary>
    public required string Conversations { get; init; }

    /// <summary>JSON Schema of the answer.</summary>
    public required string Schema { get; init; }
    public required int Attempt { get; init; }

    /// <summary>Number of the agent run: names its folder. The same number never asks twice.</summary>
    public required int Start { get; init; }

    /// <summary>Conversation to continue; empty: a new one.</summary>
    public required string Session { get; init; }

    /// <inheritdoc cref="AskPlannerInput.Stop"/>
    public required bool Stop { get; init; }

    /// <inheritdoc cref="AskPlannerInput.AwaitRelease"/>
    public required bool AwaitRelease { get; init; }

    /// <summary>Creates the worktree that it reads in, and returns its path.</summary>
    public required Func<Task<string>> Worktree { get; init; }

    /// <summary>Builds the prompt; the argument says whether the conversation is resumed.</summary>
    public required Func<bool, string> Prompt { get; init; }
}

/// <summary>Runs an agent that only reads and answers. Like every agent it outlives this process: a pending answer is awaited, not asked
/// for again.</summary>
/// <param name="services">What the steps need of this machine.</param>
internal sealed class StructuredAnswer(RunServices services)
{
    /// <summary>Starts it, or attaches to a running one, and follows it to its answer.</summary>
    /// <param name="execution">The execution of the step.</param>
    /// <returns>The result of the agent run, and its answer; null: there is none.</returns>
    public async Task<(AgentRunResult Result, string? Answer)> AskAsync(AnsweringStart ask, StepExecution execution)
    {
        var folder = ask.Folder.Start(ask.TaskId, ask.Start);
        if (AgentMonitor.NeverBegun(ask.Stop, folder, ask.Session) is { } stopped)
        {
            return (stopped, null);
        }
        var held = new HeldStart(services, ask.RunId, ask.Repository.Path, folder, ask.Session);
        if (await held.MeetAsync(ask.AwaitRelease, execution) is { } notNow)
        {
            return (notNow, null);
        }
        var settings = ask.RunStart.Settings;
        var environment = await AgentRunEnvironment.OfAsync(services, ask.Repository.WorkTree, ask.RunStart, null, CancellationToken.None);
        var agent =
            AgentCatalog.FindAnswering(ask.Who, settings, services.HookCommand, environment, ask.Conversations)
            ?? throw new StepException(AgentCatalog.Unknown(ask.Who.Agent, settings), "UnknownAgent");
        var start = await DescribeAsync(ask, agent, folder, execution);
        var state = AgentSupervisor.Look(start.Folder);
        var found = state == AgentStartState.Ended;
        if (state == AgentStartState.NotStarted && await StepSandbox.RulesAsync(settings, ask.Repository.Path, services) is { } rules)
        {
            var repository = await services.OpenRepositoryAsync(ask.Repository.Path);
            start = start with
            {
                Sandbox = rules.OfAgent(agent.State, repository.CommonDirectory, [start.WorkingDirectory, .. services.HookCommand]),
            };
        }
        var outcome = await AgentMonitor.RunAsync(execution, agent, start, services.Time, ask.Stop);
        AgentRunNotes.Of(outcome).Write(start.Folder);
        var (failure, message) = AgentOutcomeClassifier.Of(outcome, null, found, $"{ask.Setting}.timeout");
        var result = new AgentRunResult
        {
            FailureClass = failure,
            Message = message,
            ClaimedDone = outcome.ClaimsDone,
            Session = outcome.SessionId ?? start.SessionId ?? "",
            LacksMemory = outcome.LacksMemory,
            Cost = outcome.Usage.CostUsd,
            Tokens = outcome.Usage.Tokens.Total,
            Turns = outcome.Turns,
            ResetAt = outcome.ResetsAt,
            Folder = ask.Folder.Relative(start.Folder),
        };
        return (result, outcome.Answer);
    }

    private static async Task<AgentStart> DescribeAsync(AnsweringStart ask, IAgentRunner agent, string folder, StepExecution execution)
    {
        var worktree = await ask.Worktree();
        var limits = ask.RunStart.Settings.Limits;
        return new AgentStart
        {
            Folder = folder,
            WorkingDirectory = worktree,
            Repository = ask.Repository.Path,
            Run = ask.RunId,
            Task = ask.TaskId,
            Attempt = ask.Attempt,
            Prompt = ask.Prompt(ask.Session.Length > 0 && agent.FindConversation(ask.Session) is not null),
            Owner = execution.Owner,
            SessionId = ask.Session.Length > 0 ? ask.Session : SessionId(execution.Id, ask),
            Model = ask.Who.Model,
            AnswerSchema = ask.Schema,
            Policy = new HookPolicy
            {
                Task = ask.TaskId,
                Root = worktree,
                Write = [],
                AllowCommands = false,
            },
            Limits = new AgentLimits
            {
                Time = ask.Who.Timeout,
                // A model that is called through its API says nothing before its answer is whole; the time limit is enough.
                Stall = Timeout.InfiniteTimeSpan,
                Orphan = limits.Orphan,
                Turns = limits.Turns,
                CostUsd = limits.Cost,
                MemoryBytes = limits.Memory,
                Cores = limits.Cpu,
            },
        };
    }

    /// <summary>Known before it starts, and the same for every attempt of this step.</summary>
    private static string SessionId(string execution, AnsweringStart ask) =>
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"session\n{execution}\n{ask.TaskId}\n{ask.Start}"))[..16]).ToString();
}
