using Orchestrator.Agents.Supervision;
using Orchestrator.Gates.Worktrees;
using Orchestrator.Runs.Accounts;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Tasks;

/// <summary>Runs a task's agent once, and evaluates the agent's outcome.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class TaskAgentRunExecutor(RunServiceBundle services)
{
    /// <summary>Starts the agent or attaches to a running one, and monitors it until it ends.</summary>
    /// <param name="input">The task and the agent run.</param>
    /// <param name="execution">The running step.</param>
    public async Task<AgentRunResult> RunAsync(RunAgentInput input, RunStepExecutionContext execution)
    {
        var files = services.Plans.Load(input.Task.Repository, input.Task.RunId, input.Task.PlanHash);
        var task = TaskOf(input, files);
        var folder = files.Folder.Start(task.Id, input.Start);
        var wasOwned = File.Exists(Path.Combine(folder, "owner"));
        if (DetachableAgentRunFollower.CancelUnstarted(input.Stop, folder, SessionOf(input, files, execution)) is { } stopped)
        {
            return stopped with { LeftElsewhere = wasOwned };
        }
        var name = files.Settings.AgentOf(task);
        var environment = await AgentRunEnvironment.OfAsync(
            services,
            files.WorkTree,
            files.Start,
            input.Prepared.BaseCommit,
            CancellationToken.None
        );
        using var payers = PayingAccountSelector.Of(
            services,
            Governed(input, files, task, name, environment),
            name,
            environment.Environment
        );
        var held = new AgentStartHoldChecker(
            services,
            input.Task.RunId,
            input.Task.Repository.Path,
            folder,
            input.Session,
            payers.AwaitTurnAsync
        );
        if (await held.WaitWhileHeldAsync(input.AwaitRelease, execution) is { } notNow)
        {
            return notNow;
        }
        var agent = await DescribeAsync(input, files, task, FindRunner(name, files, environment), execution);
        if (await RefuseUnconfinedAsync(agent) is { } unconfined)
        {
            return unconfined;
        }
        agent = await ConfineAsync(agent);
        await LeadAsync(agent, execution);
        // A hold also applies to an agent run that is still being prepared.
        if (held.FindHold() is { } notAnyMore)
        {
            return notAnyMore;
        }
        var guard = await GuardAsync(agent);
        if (agent.IsNew)
        {
            await execution.Begins();
        }
        if (await payers.AdmitAsync(input.Session, CancellationToken.None) is { } notAdmitted)
        {
            return notAdmitted;
        }
        agent = agent with
        {
            Runner = FindRunner(name, files, environment, payers.Chosen.Agent.Fallback),
            Start = agent.Start with { Limits = payers.Chosen.Limit(agent.Start.Limits) },
        };
        var ended = await agent.FollowAsync(services, payers.Chosen, execution);
        var result = await new AgentRunEvaluation(agent, guard).EvaluateAsync(ended, payers);
        return await new FreeDiskSpaceWaiter(services.Time).AwaitSpaceAsync(result, files.WorkTree, files.Settings.DiskReserve, execution);
    }

    private IAgentRunner FindRunner(string name, RunPlanAndSettings files, AgentRunEnvironment environment, string payer = "") =>
        AgentCatalog.Find(name, files.Settings, services.HookCommand, environment, payer)
        ?? throw new RunStepFailedException(AgentCatalog.Unknown(name, files.Settings), "UnknownAgent");

    private async Task<TaskAgentRun> DescribeAsync(
        RunAgentInput input,
        RunPlanAndSettings files,
        PlanTask task,
        IAgentRunner runner,
        RunStepExecutionContext execution
    )
    {
        var start = await new AgentRunParametersBuilder(services).DescribeAsync(input, files, task, runner, execution);
        var workspace = new TaskBranchAndWorktree(await services.OpenRepositoryAsync(files), files, task.Id);
        var worktree = workspace.Worktrees.Find(workspace.WorktreePath);
        return new TaskAgentRun(input, files, task, runner, start, workspace, worktree, AgentSupervisor.ReadState(start.Folder))
        {
            Confined = worktree is null ? null : new SandboxedAgentRun(workspace, task, worktree, runner, start.Folder, services),
        };
    }

    /// <summary>
    /// Refuses to start an agent if its required sandbox is unavailable. An agent that is already running is still monitored.
    /// </summary>
    private async Task<AgentRunResult?> RefuseUnconfinedAsync(TaskAgentRun agent)
    {
        var (files, workspace) = (agent.Files, agent.Workspace);
        var problem = await RunSandboxFactory.RefusalAsync(
            files.Settings,
            agent.PlanTask,
            agent.Worktree,
            workspace.RelativePath,
            services
        );
        return problem.Length == 0 || !agent.IsNew
            ? null
            : new AgentRunResult
            {
                FailureClass = FailureClass.Environment,
                Message = problem,
                Session = agent.Input.Session,
                Folder = files.Folder.Relative(agent.Start.Folder),
            };
    }

    private async Task<TaskAgentRun> ConfineAsync(TaskAgentRun agent)
    {
        var resources = await WorktreePortAndFolderAssigner
            .Of(services.Environment)
            .ClaimAsync(
                agent.Workspace.WorktreePath,
                agent.IsNew ? WorktreePurpose.Idle : WorktreePurpose.Continued,
                CancellationToken.None
            );
        return agent with
        {
            Start = agent.Start with
            {
                Sandbox =
                    agent.Confined is null || !agent.IsNew
                        ? null
                        : await agent.Confined.PrepareAsync(agent.Input.Session, resources, CancellationToken.None),
                Variables = agent.Files.Settings.VariablesOf(agent.Name),
                Environment = resources.Variables(agent.Files.Settings.Worktrees.Environment),
            },
        };
    }

    private async Task<AgentRunGitStateGuard> GuardAsync(TaskAgentRun agent)
    {
        var guard = new AgentRunGitStateGuard(agent.Workspace, services, agent.Input.Start);
        if (agent.Worktree is not null)
        {
            await guard.RecordAsync(agent.Worktree);
        }
        return guard;
    }

    // If several agents start together, the first one gets a lead, so that the others find its prompt in the provider's cache.
    private async Task LeadAsync(TaskAgentRun agent, RunStepExecutionContext execution)
    {
        var lead = agent.Files.Settings.WarmUpOf(agent.Name);
        if (agent.IsNew && !agent.Input.Stop && lead > TimeSpan.Zero)
        {
            using var left = CancellationTokenSource.CreateLinkedTokenSource(execution.Stop, execution.Detach);
            await services
                .Part(part => new PromptCacheWarmUp(part.Time))
                .WaitAsync(PromptCacheWarmUp.PrefixOf(agent.Name, agent.Start), lead, left.Token);
        }
    }

    /// <summary>
    /// Returns the task with the agent that works on it. If this agent is a relay, which continues the work of the task's own agent, the
    /// model in the plan does not apply.
    /// </summary>
    private static PlanTask TaskOf(RunAgentInput input, RunPlanAndSettings files) =>
        files.Task(input.Task) is var task && input.Agent is { } other ? task with { Agent = other, Model = null } : task;

    /// <summary>
    /// Returns the id of the conversation to continue. On another host, the conversation may exist although the folder of its agent run
    /// does not.
    /// </summary>
    private static string SessionOf(RunAgentInput input, RunPlanAndSettings files, RunStepExecutionContext execution)
    {
        if (input.Session.Length > 0)
        {
            return input.Session;
        }
        var begun = AgentRunParametersBuilder.SessionId(input, execution.Id);
        return File.Exists(ConversationStore.PathOf(files.Folder, input.Task.Task.Id, begun)) ? begun : "";
    }

    private static GovernedAgentRun Governed(
        RunAgentInput input,
        RunPlanAndSettings files,
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
            Model = AgentRunParametersBuilder.ModelOf(task, files.Settings, input.Failures),
            Settings = files.Settings,
            Slots = files.Settings.Agents.GetValueOrDefault(agent)?.Slots,
            IsUnderWay = input.Session.Length > 0 || input.Attempt > 1 || input.Agent is not null,
        };
}
