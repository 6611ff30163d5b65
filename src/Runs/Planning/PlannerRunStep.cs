using System.Security.Cryptography;
using System.Text;
using Orchestrator.Agents;
using Orchestrator.Agents.Supervision;
using Orchestrator.Git.Commits;
using Orchestrator.Git.Worktrees;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Processes;
using Orchestrator.Runs.Tasks;

namespace Orchestrator.Runs.Planning;

/// <summary>
/// One start of the planner. Like every agent it outlives this process, so that an answer that is on its way is taken up and not asked for
/// again.
/// </summary>
/// <param name="services">What the steps need of this machine.</param>
public sealed class PlannerRunStep(RunServices services)
{
    /// <summary>Starts the planner, or takes up the one that was started before, and follows it to its answer.</summary>
    /// <param name="input">Which start, and what was wrong with the answer before.</param>
    /// <param name="execution">Whose step it is.</param>
    public async Task<AgentRunResult> AskAsync(AskPlannerInput input, StepExecution execution)
    {
        var files = new PlanningFiles(input.Repository, input.RunId);
        if (AgentMonitor.NeverBegun(input.Stop, files.Folder.Start(PlannerTask.Id, input.Start), input.Session) is { } stopped)
        {
            return stopped;
        }
        var held = new HeldStart(
            services,
            input.RunId,
            input.Repository.Path,
            files.Folder.Start(PlannerTask.Id, input.Start),
            input.Session
        );
        if (await held.MeetAsync(input.AwaitRelease, execution) is { } notNow)
        {
            return notNow;
        }
        var runEnvironment = await AgentRunEnvironment.OfAsync(services, input.Repository.Path, files.Start, null, CancellationToken.None);
        var planner =
            AgentCatalog.FindPlanner(files.Start.Settings, services.HookCommand, runEnvironment, files)
            ?? throw new StepException(AgentCatalog.Unknown(files.Start.Settings.Planner.Agent, files.Start.Settings), "UnknownAgent");
        var start = await DescribeAsync(input, files, planner, execution);
        var found = AgentSupervisor.Look(start.Folder) == AgentStartState.Ended;
        var outcome = await AgentMonitor.RunAsync(execution, planner, start, services.Time, input.Stop);
        if (outcome.Answer is { } answer)
        {
            DurableFile.Write(files.Answer(input.Start), Encoding.UTF8.GetBytes(answer));
        }
        AgentRunNotes.Of(outcome).Write(start.Folder);
        var (failure, message) = AgentOutcomeClassifier.Of(outcome, null, found, "planner.timeout");
        return new AgentRunResult
        {
            FailureClass = failure,
            Message = message,
            ClaimedDone = outcome.ClaimsDone,
            Session = outcome.SessionId ?? start.SessionId ?? "",
            Cost = outcome.Usage.CostUsd,
            Tokens = outcome.Usage.Tokens.Total,
            Turns = outcome.Turns,
            ResetAt = outcome.ResetsAt,
            Folder = files.Folder.Relative(start.Folder),
        };
    }

    private async Task<AgentStart> DescribeAsync(AskPlannerInput input, PlanningFiles files, IAgentRunner planner, StepExecution execution)
    {
        var worktree = await EnsureWorktreeAsync(files, input.Repository.Path);
        var problems =
            input.ProblemsFile.Length == 0 ? "" : await File.ReadAllTextAsync(Path.Combine(input.Repository.Path, input.ProblemsFile));
        var goesOn = input.Session.Length > 0 && planner.FindConversation(input.Session) is not null;
        return new AgentStart
        {
            Folder = files.Folder.Start(PlannerTask.Id, input.Start),
            WorkingDirectory = worktree,
            Repository = input.Repository.Path,
            Run = input.RunId,
            Task = PlannerTask.Id,
            Attempt = input.Attempt,
            Prompt = goesOn ? PlannerPrompt.GoOn(problems, input.Guidance) : PlannerPrompt.Again(files.Prompt, problems, input.Guidance),
            Owner = execution.Owner,
            SessionId = input.Session.Length > 0 ? input.Session : SessionId(execution.Id, input),
            Model = files.Start.Settings.Planner.Model,
            AnswerSchema = files.Schema,
            Policy = new HookPolicy
            {
                Task = PlannerTask.Id,
                Root = worktree,
                Write = [],
                AllowCommands = false,
            },
            Limits = new AgentLimits
            {
                Time = files.Start.Settings.Planner.Timeout,
                Stall = Timeout.InfiniteTimeSpan,
                Orphan = files.Start.Settings.Limits.Orphan,
                CostUsd = files.Start.Settings.Limits.Cost,
                MemoryBytes = files.Start.Settings.Limits.Memory,
                Cores = files.Start.Settings.Limits.Cpu,
            },
        };
    }

    private async Task<string> EnsureWorktreeAsync(PlanningFiles files, string path)
    {
        var repository = await services.OpenRepositoryAsync(path);
        var head =
            await new CommitStore(repository).ReadAsync("HEAD")
            ?? throw new StepException("The repository has no commit any more.", "InvalidInput");
        var worktree = await new WorktreeStore(repository).EnsureAsync(
            new WorktreeRequest(files.Worktree, head.Id) { LockReason = $"the planner of {files.Folder.Name} reads here (orchestrate)" }
        );
        return worktree.Path;
    }

    /// <summary>Known before the planner runs, and the same for every attempt of this step.</summary>
    private static string SessionId(string execution, AskPlannerInput input) =>
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"session\n{execution}\n{PlannerTask.Id}\n{input.Start}"))[..16]).ToString();
}
