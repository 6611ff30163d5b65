using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Cli.Engine;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Options;
using Orchestrator.Cli.Runs;
using Orchestrator.Cli.Web;
using Orchestrator.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>worker</c>: works on runs that others start, until it is interrupted.</summary>
internal sealed class WorkerCommand : CliCommand
{
    private readonly Option<string[]> _repositories = new("--repository")
    {
        Description =
            "A repository whose runs are worked on here (may be repeated); default: this one. NAME: what those call it that start its runs",
        HelpName = "DIR[=NAME]",
    };
    private readonly EngineOptions _engine = new();
    private readonly LogOptions _log = new();
    private readonly PageOption _page = new();
    private readonly Option<bool> _yes = GlobalOptions.Yes();

    public WorkerCommand()
        : base("worker", "Work on the runs of this repository until interrupted")
    {
        Add(_repositories);
        _engine.AddTo(this);
        Add(_yes);
        _page.AddTo(this);
        _log.AddTo(this);
    }

    public override async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var asked = (parsed.GetValue(_repositories) ?? []).Select(text => Asked.Of(text, context)).ToList();
        var repositories =
            asked.Count > 0 ? asked.Select(one => one.Repository).DistinctBy(one => one.Root).ToList() : [context.RequireRepository()];
        var named = Names(asked);

        // Trust is asked for each; the engine is that of the first.
        var yes = parsed.GetValue(_yes);
        foreach (var other in repositories.Skip(1))
        {
            TrustGate.Demand(context, context.OpenSettings(other, []), yes);
        }
        var settings = TrustGate.Demand(context, context.OpenSettings(repositories[0], _engine.Flags(parsed)), yes);
        using var log = _log.Open(parsed, Path.Combine(repositories[0].OrchestratorFolder, "logs", "worker-.log"), context);
        var builder = ServiceHost.Create(log);
        EngineConnection? served = null;
        builder.Services.AddHostedService(_ => new RunTranscript(repositories, context, log.Factory));
        builder.Services.AddHostedService(_ => new RunWork(repositories, settings.Settings!, context, log.Factory, Say, stop)
        {
            Named = named,
            Stays = true,
        });
        if (_page.Page(parsed, context, log.Factory) is { } page)
        {
            builder.Services.AddHostedService(_ => page);
        }
        Watchdog.AddTo(builder, async cancelled => served is null || await served.IsWellAsync(cancelled), context);
        return await ServiceHost.RunAsync(builder, log, stop);

        void Say(EngineConnection engine)
        {
            served = engine;
            context.Terminal.Say(
                $"Working on {string.Join(", ", repositories.Select(repository => repository.Root))} ({engine.Description}). "
                    + "Ctrl-C ends it; agents at work go on."
            );
        }
    }

    private static Dictionary<string, RepositoryLocation> Names(IReadOnlyList<Asked> asked)
    {
        var named = new Dictionary<string, RepositoryLocation>(StringComparer.Ordinal);
        foreach (var (repository, name) in asked)
        {
            if (name is not null && !named.TryAdd(name, repository) && named[name].WorkTree != repository.WorkTree)
            {
                throw new CommandException(
                    ExitCodes.Usage,
                    $"{name} is the name of both {named[name].WorkTree} and {repository.WorkTree}.",
                    "Give each a name of its own: --repository DIR=NAME."
                );
            }
        }
        return named;
    }

    /// <summary>A repository and its name for callers that start its runs.</summary>
    private sealed record Asked(RepositoryLocation Repository, string? Name)
    {
        // A folder's name may contain the sign.
        public static Asked Of(string text, CommandContext context) =>
            Directory.Exists(context.FullPath(text)) || text.LastIndexOf('=') is not (> 0 and var sign)
                ? new Asked(Find(context.FullPath(text)), null)
                : new Asked(Find(context.FullPath(text[..sign])), text[(sign + 1)..].Trim() is { Length: > 0 } name ? name : null);
    }

    private static RepositoryLocation Find(string folder) =>
        RepositoryLocation.Find(folder) is { IsBare: false } found
            ? found
            : throw new CommandException(
                ExitCodes.Usage,
                $"{folder} is in no git repository with a work tree.",
                "Name another with --repository."
            );
}
