using System.Text.Json;
using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Logging;

namespace Orchestrator.Cli.Runs;

/// <summary>
/// Logs each state transition of the runs in the specified repositories as one line. Used by workers, which execute runs that other
/// processes start.
/// </summary>
/// <param name="repositories">The repositories.</param>
/// <param name="context">Provides the clock.</param>
/// <param name="loggers">Loggers of this process.</param>
internal sealed class RunTransitionLogger(
    IReadOnlyList<LocalRepositoryPaths> repositories,
    CliCommandServiceBundle context,
    ILoggerFactory loggers
) : PeriodicBackgroundWork("transcript", repositories, context.Time, loggers.CreateLogger<RunTransitionLogger>())
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private readonly ILogger _log = loggers.CreateLogger(LoggedTerminal.Source);
    private readonly Dictionary<string, long> _read = new(StringComparer.Ordinal);

    /// <summary>Starts logging. State transitions that were recorded before this call are not logged.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var file in Files())
        {
            _read[file] = new FileInfo(file) is { Exists: true } found ? found.Length : 0;
        }
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override Task<TimeSpan?> PassAsync(CancellationToken cancellationToken)
    {
        foreach (var file in Files())
        {
            LogNewTransitions(file);
        }
        return Task.FromResult<TimeSpan?>(Pause);
    }

    private IEnumerable<string> Files() =>
        repositories
            .Select(repository => repository.RunsFolder)
            .Where(Directory.Exists)
            .SelectMany(Directory.GetDirectories)
            .Select(folder => Path.Combine(folder, "events.jsonl"))
            .Where(File.Exists);

    private void LogNewTransitions(string file)
    {
        try
        {
            var offset = _read.GetValueOrDefault(file);
            foreach (var line in EventFile.ReadNew(file, ref offset))
            {
                var happened = EventFile.Parse(line);
                using (
                    _log.BeginScope(new Dictionary<string, object?> { [RunLogEnricher.Task] = happened.Task, ["State"] = happened.State })
                )
                {
                    _log.Transition(Path.GetFileName(Path.GetDirectoryName(file))!, EventFile.Describe(happened));
                }
            }
            _read[file] = offset;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or JsonException)
        {
            // The run is being removed, or a line is damaged. The worker continues, and 'events' reports damaged lines.
        }
    }
}
