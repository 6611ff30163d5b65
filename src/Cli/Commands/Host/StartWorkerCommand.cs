using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Runs;
using Orchestrator.Cli.Web;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary><c>worker</c>: executes runs that other processes start, until the command is interrupted.</summary>
internal sealed class StartWorkerCommand : CliCommand
{
    private readonly Option<string[]> _repositories = new("--repository")
    {
        Description =
            "Repository whose runs this worker executes (may be repeated); default: this one. The input of a run can refer to "
            + "the repository by NAME",
        HelpName = "DIR[=NAME]",
    };
    private readonly Option<string[]> _clones = new("--clone")
    {
        Description = "Repository to clone into a folder of the same name, like 'git clone' (may be repeated); an existing clone is reused",
        HelpName = "URL",
    };
    private readonly Option<string?> _takeOver = new("--take-over")
    {
        Description =
            "Take over shared runs (wip.remote) of other machines after this time without progress (at least 25s, default "
            + "45s), and drained runs at once",
        HelpName = "TIME",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<int?> _slots = new("--slots")
    {
        Description =
            "Number of tasks of distributed runs (hosts.spread) that this worker executes at once for machines with the same "
            + "remote (wip.remote)",
        HelpName = "N",
    };
    private readonly Option<string[]> _labels = new("--label")
    {
        Description = "With --slots, a label of this machine (may be repeated), which tasks can require with 'host: LABEL'",
        HelpName = "LABEL",
    };
    private readonly Option<bool> _makeCurrent = new("--make-current")
    {
        Description =
            "Make this program's version the current version of the worker deployment (temporal.deployment), so that only "
            + "workers of this version continue runs",
    };
    private readonly EngineOptions _engine = new();
    private readonly LongRunningCommandLogOptions _log = new();
    private static readonly TimeSpan LeastStillness = TimeSpan.FromSeconds(25);
    private readonly DashboardPortOption _page = new();
    private readonly Option<bool> _yes = GlobalOptions.Yes();

    public StartWorkerCommand()
        : base("worker", "Execute the runs of this repository until interrupted")
    {
        Add(_repositories);
        Add(_clones);
        Add(_takeOver);
        Add(_slots);
        Add(_labels);
        Add(_makeCurrent);
        Add(new WorkerDrainCommand());
        _engine.AddTo(this);
        Add(_yes);
        _page.AddTo(this);
        _log.AddTo(this);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var asked = (parsed.GetValue(_repositories) ?? []).Select(text => NamedRepositoryLocation.Of(text, context)).ToList();
        foreach (var address in parsed.GetValue(_clones) ?? [])
        {
            asked.Add(new NamedRepositoryLocation(Find(await WorkerRepositoryCloner.CloneAsync(address, context, stop)), null));
        }
        var repositories =
            asked.Count > 0 ? asked.Select(one => one.Repository).DistinctBy(one => one.Root).ToList() : [context.RequireRepository()];
        var named = Names(asked);

        // The user must trust each repository. The first repository determines the engine.
        var yes = parsed.GetValue(_yes);
        foreach (var other in repositories.Skip(1))
        {
            await CheckFoldersAsync(other, RepositoryTrustPrompt.RequireTrust(context, context.OpenSettings(other, []), yes));
        }
        var settings = RepositoryTrustPrompt.RequireTrust(context, context.OpenSettings(repositories[0], _engine.Flags(parsed)), yes);
        await CheckFoldersAsync(repositories[0], settings);
        var takesOver = TakeOverDelay(parsed, settings.Settings!);
        var offered = SlotsFromOptions(parsed, settings.Settings!);
        if (parsed.GetValue(_makeCurrent) && WorkerDeploymentRegistrar.VersionOf(settings.Settings!.Temporal) is null)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                "A current version needs a worker deployment, but temporal.address or temporal.deployment is not set.",
                "Set both on each machine: see docs/how-to/upgrading.md."
            );
        }
        using var log = _log.Open(parsed, Path.Combine(repositories[0].OrchestratorFolder, "logs", "worker-.log"), context);
        var builder = GenericHostCommandRunner.Create(log);
        EngineConnection? served = null;
        builder.Services.AddHostedService(_ => new RunTransitionLogger(repositories, context, log.Factory));
        builder.Services.AddHostedService(_ => new HostedWorker(repositories, settings.Settings!, context, log.Factory, Say, stop)
        {
            Named = named,
            Stays = true,
            TakesOver = takesOver,
            Offered = offered,
            MakesCurrent = parsed.GetValue(_makeCurrent),
        });
        if (_page.Page(parsed, context, log.Factory) is { } page)
        {
            builder.Services.AddHostedService(_ => page);
        }
        SystemdWatchdogNotifier.AddTo(builder, async cancelled => served is null || await served.IsWellAsync(cancelled), context);
        return await GenericHostCommandRunner.RunAsync(builder, log, stop);

        void Say(EngineConnection engine)
        {
            served = engine;
            context.Terminal.Inform(
                $"Working on {string.Join(", ", repositories.Select(repository => repository.Root))} ({engine.Description}). "
                    + "Press Ctrl-C to end the worker; running agents continue."
            );
        }

        Task CheckFoldersAsync(LocalRepositoryPaths checkout, SettingsLoadResult loaded) =>
            context.RequireOwnFoldersAsync(checkout, loaded.Settings!.Worktrees.Directory, stop);
    }

    /// <summary>
    /// Returns the time after which this worker takes over the runs of a stopped host, or null if the option is absent. The time is at
    /// least 25 seconds, because the server times out an activity after 20 seconds without heartbeats.
    /// </summary>
    private TimeSpan? TakeOverDelay(ParseResult parsed, OrchestratorSettings settings)
    {
        if (parsed.GetResult(_takeOver) is null)
        {
            return null;
        }
        if (settings.Temporal.Address is null || settings.Wip.Remote is null)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                "Taking over runs from other machines requires a Temporal server and a git remote, but at least one of them is not set.",
                "Set temporal.address and wip.remote on each machine: see docs/how-to/machines.md."
            );
        }
        return parsed.GetValue(_takeOver) is not { Length: > 0 } text ? TimeSpan.FromSeconds(45)
            : Durations.TryRead(text, out var time) && time >= LeastStillness ? time
            : throw new UseCaseException(UseCaseOutcome.Usage, $"'{text}' is not a duration of at least 25s.", "Example: --take-over 2m");
    }

    /// <summary>Returns the slots that the options define, or null to use the settings.</summary>
    private DistributedRunSettings? SlotsFromOptions(ParseResult parsed, OrchestratorSettings settings)
    {
        var labels = parsed.GetValue(_labels) ?? [];
        if (parsed.GetValue(_slots) is not { } slots)
        {
            return labels.Length == 0
                ? null
                : throw new UseCaseException(
                    UseCaseOutcome.Usage,
                    "--label selects tasks from other hosts, but --slots, the number of such tasks, is missing.",
                    $"For example: --slots 2 --label {labels[0]}"
                );
        }
        if (slots is < 1 or > 1000)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{slots} is not a valid number of tasks.",
                "Use --slots with a number from 1 to 1000."
            );
        }
        if (labels.FirstOrDefault(label => !PlanTask.IsHostLabel(label)) is { } wrong)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"'{wrong}' is not a valid label.",
                "Use at most 60 letters, digits, dots, hyphens and underscores."
            );
        }
        if (settings.Temporal.Address is null || settings.Wip.Remote is null)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                "Executing tasks from other machines requires a Temporal server and a git remote, but at least one of them is not set.",
                "Set temporal.address and wip.remote on each machine: see docs/how-to/machines.md."
            );
        }
        return settings.Hosts with
        {
            Spread = true,
            Slots = slots,
            Labels = [.. settings.Hosts.Labels.Union(labels, StringComparer.Ordinal)],
        };
    }

    private static Dictionary<string, LocalRepositoryPaths> Names(IReadOnlyList<NamedRepositoryLocation> asked)
    {
        var named = new Dictionary<string, LocalRepositoryPaths>(StringComparer.Ordinal);
        foreach (var (repository, name) in asked)
        {
            if (name is not null && !named.TryAdd(name, repository) && named[name].WorkTree != repository.WorkTree)
            {
                throw new UseCaseException(
                    UseCaseOutcome.Usage,
                    $"Both {named[name].WorkTree} and {repository.WorkTree} have the name {name}.",
                    "Give each repository its own name: --repository DIR=NAME."
                );
            }
        }
        return named;
    }

    /// <summary>A repository, with the name by which callers refer to it when they start runs, or null if it has no such name.</summary>
    private sealed record NamedRepositoryLocation(LocalRepositoryPaths Repository, string? Name)
    {
        // The name of a folder may contain an equals sign.
        public static NamedRepositoryLocation Of(string text, CliCommandServiceBundle context) =>
            Directory.Exists(context.FullPath(text)) || text.LastIndexOf('=') is not (> 0 and var sign)
                ? new NamedRepositoryLocation(Find(context.FullPath(text)), null)
                : new NamedRepositoryLocation(
                    Find(context.FullPath(text[..sign])),
                    text[(sign + 1)..].Trim() is { Length: > 0 } name ? name : null
                );
    }

    private static LocalRepositoryPaths Find(string folder) =>
        LocalRepositoryPaths.Find(folder) is { IsBare: false } found
            ? found
            : throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{folder} is not in a git repository with a work tree.",
                "Name another repository with --repository."
            );
}
