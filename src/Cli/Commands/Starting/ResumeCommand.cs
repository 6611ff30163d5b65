using Orchestrator.App.Night;
using Orchestrator.Cli.Runs;
using Orchestrator.Client;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary><c>resume</c>: continues a run that was interrupted, paused or killed.</summary>
internal sealed class ResumeCommand : CliCommand
{
    private readonly RunOrTaskCliArgument _which = new("RUN/TASK", "The run, or one of its paused tasks");
    private readonly EngineOptions _engine = new();
    private readonly Option<bool> _dryRun = new("--dry-run", "-n")
    {
        Description = "Show what the run would do, without starting anything",
    };
    private readonly Option<bool> _yes = GlobalOptions.Yes();
    private readonly Option<bool> _detach = new("--detach", "-d") { Description = "Continue the run in the background" };
    private readonly Option<string[]> _approve = new("--approve")
    {
        Description = "Approve the question with this id before the run continues",
        HelpName = "ID",
    };
    private readonly Option<bool> _attached = GlobalOptions.Attached();
    private readonly Option<bool> _noProgress = new("--no-progress")
    {
        Description = "Print one line per state change instead of the live table",
    };

    public ResumeCommand()
        : base("resume", "Continue a run that was interrupted, paused or killed")
    {
        _which.AddTo(this);
        Add(_dryRun);
        Add(_detach);
        Add(_attached);
        Add(_approve);
        Add(_yes);
        Add(_noProgress);
        _engine.AddTo(this);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var reference = ReferenceOf(repository, _which.Text(parsed));
        if (parsed.GetValue(_dryRun))
        {
            return Show(StoredRunFinder.RequireOpen(repository, reference.Run), context);
        }

        IReadOnlyList<SettingOverride> progress = parsed.GetValue(_noProgress) ? [new("--no-progress", "show_progress", "false")] : [];
        var opened = context.OpenSettings(repository, [.. _engine.Flags(parsed), .. progress]);

        // If a run was killed immediately after its start, only the engine knows the run.
        var isStored = reference.Run is not null || StoredRunFinder.Open(repository).Count > 0;
        var stored = isStored ? StoredRunFinder.RequireOpen(repository, reference.Run) : null;
        RequireResumableRun(stored, opened, repository);
        await RequireThisMachineAsync(stored, repository, context, stop);
        var settings = RepositoryTrustPrompt.RequireTrust(context, opened, parsed.GetValue(_yes), stored?.Id);
        if (parsed.GetValue(_detach))
        {
            return await DetachAsync(stored ?? throw StoredRunFinder.NoneOpen(repository), reference, parsed, repository, context, stop);
        }
        var task = stored is null ? null : reference.FindTask(stored.Status);
        var (sent, isElsewhere) = task is null ? (null, false) : await SendAsync(task, stored!, parsed, context, stop);
        if (isElsewhere)
        {
            return sent!.Value;
        }
        await using var awake = stored is null
            ? null
            : await SleepInhibitor.AcquireForRunAsync(repository.Root, stored.Id, context.Environment, stop);
        await using var session = await ForegroundRunExecutor.OpenAsync(
            context,
            new TerminalPresenter(context),
            repository,
            settings.Settings!,
            stop
        );
        var run = session.Runs.Get(stored?.Id ?? await FindOpenAsync(session, repository, stop));
        await session.RefuseClosedAsync(run, stored, stop);
        var there = await FindElsewhereAsync(run, context, stop);
        foreach (var id in parsed.GetValue(_approve) ?? [])
        {
            var approval = context.Sign(run.RunId, SteeringCatalog.ApproveUpdate, new ApprovalDecisionArguments(id, By: context.Person));
            context.Terminal.Inform((await run.ApproveAsync(approval, stop)).Message);
        }
        if (there is null && !parsed.GetValue(_attached))
        {
            session.OutliveTerminal(run, _engine.Arguments(parsed));
        }
        if (sent is null)
        {
            await session.ResumeRunAsync(run, task, stop);
        }
        if (there is not null)
        {
            context.Terminal.Inform(
                $"The steps of {run.RunId} are executed on {there}. 'orchestrate move {run.RunId}' moves it to this " + "machine."
            );
            return UseCaseOutcome.Done;
        }
        var end = await session.WatchAndAskAsync(run, stored?.Status.Sequence ?? 0);
        await session.FinishOthersAsync(run);
        return end;
    }

    /// <summary>
    /// Sends the command that resumes one task. If a worker on the run's owner host is executing the run, the task continues there, and
    /// this process need not wait. Workers on other machines can answer the command but do not execute this run's steps.
    /// </summary>
    private async Task<(UseCaseOutcome? Sent, bool IsElsewhere)> SendAsync(
        string task,
        StoredRun stored,
        ParseResult parsed,
        CliCommandServiceBundle context,
        CancellationToken stop
    )
    {
        var sender = new RunSteeringCommandSender(stored, _engine.Flags(parsed), context);
        var sent = await sender.SendAsync(
            SteeringCatalog.Resume.Call(new SteeringCommandUserInput(context.Person, task), stored.Status),
            stop
        );
        return (sent, sent is not null && await sender.HasStepsDoneAsync(stop));
    }

    private static void RequireResumableRun(StoredRun? stored, RepositorySettings opened, LocalRepositoryPaths repository)
    {
        if (
            stored is null
            && opened.Loaded.Settings!.Temporal.Address is null
            && !opened.WithholdsEngine
            && !File.Exists(Path.Combine(repository.OrchestratorFolder, "engine.db"))
        )
        {
            throw StoredRunFinder.NoneOpen(repository);
        }
        if (stored is not null && RunStateNames.IsFinal(stored.Status.State))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{stored.Id} has ended: {stored.Status.State}.",
                $"See 'orchestrate report {stored.Id}', or start a new run, which reuses finished work."
            );
        }
    }

    /// <summary>Throws if the run is waiting for another machine, because a command that watches the run would then never end.</summary>
    private static async Task RequireThisMachineAsync(
        StoredRun? stored,
        LocalRepositoryPaths repository,
        CliCommandServiceBundle context,
        CancellationToken stop
    )
    {
        if (
            stored is not null
            && QueueNames.MachineOf(stored.Status.Queue) is { } machine
            && machine != context.Machine
            && await RunStateResolver.OfAsync(stored, repository, context, stop) is { Status.Away: { } away }
        )
        {
            throw OtherHostError(away, stored.Id);
        }
    }

    /// <summary>
    /// Returns the other machine that is executing the run, or null if this machine is. The local record is outdated if another machine
    /// took over the run.
    /// </summary>
    /// <exception cref="UseCaseException">The other machine does not respond.</exception>
    private static async Task<MachineName?> FindElsewhereAsync(RunHandle run, CliCommandServiceBundle context, CancellationToken stop)
    {
        var status = await run.StatusAsync(stop);
        if (QueueNames.MachineOf(status.Queue) is not { } machine || machine == context.Machine)
        {
            return null;
        }
        var away = await run.FindAwayAsync(status, context.Workers.IsDead, context.Time.GetUtcNow(), stop);
        return away is null ? new MachineName(machine, status.Host) : throw OtherHostError(away, run.RunId);
    }

    private static UseCaseException OtherHostError(UnreachableHost away, string runId) =>
        new(
            UseCaseOutcome.Resumable,
            $"{runId} can't continue here. {UnreachableHostFormatter.Of(away, runId)}",
            $"orchestrate move {runId}"
        );

    private static RunReference ReferenceOf(LocalRepositoryPaths repository, string? text)
    {
        if (text is null)
        {
            return RunReference.Parse(null);
        }
        var (run, found) = RunReference.RequireOpen(repository, text);
        return found with { Run = run.Id };
    }

    private Task<UseCaseOutcome> DetachAsync(
        StoredRun run,
        RunReference reference,
        ParseResult parsed,
        LocalRepositoryPaths repository,
        CliCommandServiceBundle context,
        CancellationToken stop
    )
    {
        if (reference.FindTask(run.Status) is { } task)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"--detach continues the whole run, not only {task}.",
                $"orchestrate resume {run.Id} --detach"
            );
        }
        var more = (parsed.GetValue(_approve) ?? []).SelectMany(id => new[] { _approve.Name, id });
        return new DetachedRunStarter(run.Id, repository, _engine.Arguments(parsed), context).ResumeAsync([.. more], stop);
    }

    private static UseCaseOutcome Show(StoredRun run, CliCommandServiceBundle context)
    {
        foreach (
            var line in RunTaskTableFormatter.RenderTable(
                run.Status,
                AgentActionReader.Read(run.Folder, run.Status, context.Environment),
                context.Time.GetUtcNow(),
                context.Terminal.OutputWidth,
                int.MaxValue,
                stepsFollow: true
            )
        )
        {
            context.Terminal.Show(line);
        }
        NextStepsPrinter.Write(run.Status, all: false, context.Terminal.OutputWidth, context.Terminal.Show);
        return UseCaseOutcome.Done;
    }

    private static async Task<string> FindOpenAsync(ForegroundRunExecutor session, LocalRepositoryPaths repository, CancellationToken stop)
    {
        var open = new List<string>();
        await foreach (var listed in session.Runs.ListOpenAsync(stop))
        {
            open.Add(listed);
        }
        return open switch
        {
            [var only] => only,
            [] => throw StoredRunFinder.NoneOpen(repository),
            _ => throw StoredRunFinder.SeveralOpen(open),
        };
    }
}
