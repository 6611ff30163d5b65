using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>move</c>: moves a run to this machine after the worker on its previous owner host has stopped.</summary>
internal sealed class MoveRunHereCommand : CliCommand
{
    private static readonly TimeSpan RecordPatience = TimeSpan.FromSeconds(30);
    private readonly RunOrTaskCliArgument _run = new("RUN", "The run; default: the only open run");
    private readonly Option<bool> _force = new("--force")
    {
        Description =
            "Move the run even if another machine is executing it; this interrupts the run's agents and leaves their unshared "
            + "work there",
    };
    private readonly Option<string?> _remote = new("--remote")
    {
        Description = "Git remote through which the run was shared, from which missing parts are fetched; default: the wip.remote setting",
        HelpName = "NAME",
    };
    private readonly Option<bool> _acceptLosses = new("--accept-losses")
    {
        Description = "Repeat the tasks whose work exists only on the other machine, because that machine is lost",
    };
    private readonly Option<bool> _noResume = new("--no-resume")
    {
        Description = "Move the run without continuing it; a worker on this machine, or 'resume', continues the run",
    };
    private readonly Option<bool> _detach = new("--detach", "-d") { Description = "Continue the run in the background" };
    private readonly Option<bool> _yes = GlobalOptions.Yes();
    private readonly EngineOptions _engine = new();

    public MoveRunHereCommand()
        : base("move", "Move a run from another machine to this one")
    {
        _run.AddTo(this);
        Add(_force);
        Add(_remote);
        Add(_acceptLosses);
        Add(_noResume);
        Add(_detach);
        Add(_yes);
        _engine.AddTo(this);
        Add(new ExportTaskCommand());
        Add(new ImportTaskCommand());
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var stored = FindStored(repository, _run.Text(parsed));
        var settings = RepositoryTrustPrompt.RequireTrust(
            context,
            context.OpenSettings(repository, _engine.Flags(parsed)),
            parsed.GetValue(_yes),
            stored?.Id
        );
        string runId;
        await using (
            var session = await ForegroundRunExecutor.OpenAsync(
                context,
                new TerminalPresenter(context),
                repository,
                settings.Settings!,
                stop
            )
        )
        {
            runId = stored?.Id ?? await FindOnServerAsync(session, _run.Text(parsed), repository, stop);
            var run = session.Runs.Get(runId);
            await session.RefuseClosedAsync(run, stored, stop);
            var status = await run.StatusAsync(stop);
            var to = await context.ReferenceOfAsync(repository);
            if (status.Queue != to.Queue)
            {
                await RequireOtherWorkerGoneAsync(session, status, parsed, context, stop);
            }
            var remote = parsed.GetValue(_remote) ?? settings.Settings!.Wip.Remote;
            var fetcher = new RunFetcher(context, settings.Settings!.Hosts.Spread);
            var (lost, staging) = await fetcher.RequireRunAsync(status, to, remote, parsed.GetValue(_acceptLosses), stop);
            var move = new MoveRunArguments(to, context.Person);
            move = lost.Count == 0 ? move : move with { Lost = lost, Staging = staging };
            var answer = await run.MoveAsync(context.Sign(run.RunId, WorkflowMessageNames.Move, move), stop);
            context.Terminal.Inform(answer.Message);
            if (!parsed.GetValue(_noResume) && !parsed.GetValue(_detach))
            {
                await session.OfferPlacesOfAsync(to, runId, stop);
                session.OutliveTerminal(run, _engine.Arguments(parsed));
                await session.ResumeRunAsync(run, null, stop);
                var code = await session.WatchAndAskAsync(run, status.Sequence);
                await session.FinishOthersAsync(run);
                return code;
            }
            await WaitUntilRecordedAsync(repository, runId, context, stop);
        }
        if (parsed.GetValue(_detach))
        {
            return await new DetachedRunStarter(runId, repository, _engine.Arguments(parsed), context).ResumeAsync([], stop);
        }
        context.Terminal.Inform($"To continue {runId}, use 'orchestrate resume {runId}' or a worker of {repository.Root}.");
        return UseCaseOutcome.Done;
    }

    /// <summary>
    /// Waits for a limited time until the local record of the run names this machine as its host. Until then, commands could not continue
    /// the run here.
    /// </summary>
    private static async Task WaitUntilRecordedAsync(
        LocalRepositoryPaths repository,
        string runId,
        CliCommandServiceBundle context,
        CancellationToken stop
    )
    {
        var began = context.Time.GetTimestamp();
        while (
            !(StoredRunFinder.Find(repository, runId) is { } run && repository.IsAt(run.Status.Repository))
            && context.Time.GetElapsedTime(began) < RecordPatience
        )
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), context.Time, stop);
        }
    }

    /// <summary>
    /// Returns the local record of the run, which may name another machine as the run's host. Null if there is no such record.
    /// </summary>
    private static StoredRun? FindStored(LocalRepositoryPaths repository, string? text)
    {
        var all = StoredRunFinder.List(repository);
        if (text is null)
        {
            return StoredRunFinder.Open(repository, all) switch
            {
                [var only] => only,
                [] => null,
                var several => throw StoredRunFinder.SeveralOpen([.. several.Select(run => run.Id)]),
            };
        }
        return all.FirstOrDefault(run => run.Id == text) ?? (RunNameResolver.Find(all, text) is [var called] ? called : null);
    }

    private static async Task<string> FindOnServerAsync(
        ForegroundRunExecutor session,
        string? text,
        LocalRepositoryPaths repository,
        CancellationToken stop
    )
    {
        var open = new List<string>();
        await foreach (var id in session.Runs.ListOpenAsync(stop))
        {
            open.Add(id);
        }
        return text is not null && open.Count > 0 ? RunNameResolver.RequireId(open, text, repository)
            : text is null && open is [var only] ? only
            : open.Count == 0 ? throw StoredRunFinder.NoneOpen(repository)
            : throw StoredRunFinder.SeveralOpen(open);
    }

    /// <summary>
    /// Refuses the move while a worker of the other machine is still polling for activities, because two machines would then execute the
    /// run.
    /// </summary>
    private async Task RequireOtherWorkerGoneAsync(
        ForegroundRunExecutor session,
        RunStatus status,
        ParseResult parsed,
        CliCommandServiceBundle context,
        CancellationToken stop
    )
    {
        var now = context.Time.GetUtcNow();
        if (
            parsed.GetValue(_force)
            || await session.Runs.FindLastAskedAsync(status.Queue, context.Workers.IsDead, now, stop) is not { } seen
        )
        {
            return;
        }
        var machine = MachineName.Of(status.Queue, status.Host);
        throw new UseCaseException(
            UseCaseOutcome.Usage,
            $"A worker on {machine} is still serving {status.RunId}; its last contact was "
                + $"{DurationAndTokenFormatter.Time(now - seen)} ago.",
            "Stop it there with Ctrl-C; a lost machine is detected after 90 seconds. Or use --force, which interrupts its agents "
                + "and leaves their unshared work there."
        );
    }
}
