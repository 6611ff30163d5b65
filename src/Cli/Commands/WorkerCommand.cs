using System.CommandLine;
using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Engine;
using Orchestrator.Cli.Logging;
using Orchestrator.Cli.Options;
using Orchestrator.Cli.Runs;
using Orchestrator.Runs;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary><c>worker</c>: works on runs that others start, until it is interrupted.</summary>
internal sealed class WorkerCommand : CliCommand
{
    private static readonly TimeSpan CleanEvery = TimeSpan.FromHours(1);

    private readonly Option<string[]> _repositories = new("--repository")
    {
        Description =
            "A repository whose runs are worked on here (may be repeated); default: this one. NAME: what those call it that start its runs",
        HelpName = "DIR[=NAME]",
    };
    private readonly EngineOptions _engine = new();
    private readonly Option<bool> _yes = GlobalOptions.Yes();

    public WorkerCommand()
        : base("worker", "Work on the runs of this repository until interrupted")
    {
        Add(_repositories);
        _engine.AddTo(this);
        Add(_yes);
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
        using var loggers = FileLoggerProvider.OpenFactory(repositories[0], context.Verbose, context.Time);
        await using var engine = await EngineConnection.OpenAsync(repositories[0], settings.Settings!, context, loggers, stays: true, stop);
        await using var worker = await WorkerHost.StartAsync(engine, repositories, context, loggers, stop, named);
        context.Terminal.Say(
            $"Working on {string.Join(", ", repositories.Select(repository => repository.Root))} ({engine.Description}). Ctrl-C ends it; "
                + "agents at work go on."
        );
        var following = new RunTranscript(repositories, context).FollowAsync(stop);
        await Task.WhenAny(worker.Running, KeepCleanAsync(repositories, settings.Settings!, engine, context, loggers, stop));
        await worker.ThrowIfBrokenAsync();
        await following;
        return ExitCodes.Done;
    }

    /// <summary>A worker does not begin and end with runs, so it cleans up periodically. Ends when cancelled.</summary>
    private static async Task KeepCleanAsync(
        IReadOnlyList<RepositoryLocation> repositories,
        OrchestratorSettings settings,
        EngineConnection engine,
        CommandContext context,
        ILoggerFactory loggers,
        CancellationToken stop
    )
    {
        try
        {
            while (true)
            {
                foreach (var repository in repositories)
                {
                    await new Retention(repository, settings, engine, context, loggers.CreateLogger<Retention>()).ActAsync(stop);
                }
                await Task.Delay(CleanEvery, context.Time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Interruption is the normal end of a worker.
        }
    }

    private static Dictionary<string, RepositoryLocation> Names(IReadOnlyList<Asked> asked)
    {
        var named = new Dictionary<string, RepositoryLocation>(StringComparer.Ordinal);
        foreach (var (repository, name) in asked)
        {
            if (name is not null && !named.TryAdd(name, repository) && named[name].Root != repository.Root)
            {
                throw new CommandException(
                    ExitCodes.Usage,
                    $"{name} is the name of both {named[name].Root} and {repository.Root}.",
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
