using System.Text.Json;
using Orchestrator.Runs;

namespace Orchestrator.Cli.Runs;

/// <summary>Writes each transition of the runs of some repositories, a line each, for workers that started none of them.</summary>
/// <param name="repositories">The repositories.</param>
/// <param name="context">Terminal and clock.</param>
internal sealed class RunTranscript(IReadOnlyList<RepositoryLocation> repositories, CommandContext context)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private readonly Dictionary<string, long> _read = new(StringComparer.Ordinal);

    /// <summary>Future transitions, until cancelled.</summary>
    public async Task FollowAsync(CancellationToken stop)
    {
        foreach (var file in Files())
        {
            _read[file] = new FileInfo(file).Length;
        }
        try
        {
            while (true)
            {
                await Task.Delay(Pause, context.Time, stop);
                foreach (var file in Files())
                {
                    SayNew(file);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Cancelled, as requested.
        }
    }

    private IEnumerable<string> Files() =>
        repositories
            .Select(repository => repository.RunsFolder)
            .Where(Directory.Exists)
            .SelectMany(Directory.GetDirectories)
            .Select(folder => Path.Combine(folder, "events.jsonl"))
            .Where(File.Exists);

    private void SayNew(string file)
    {
        try
        {
            var offset = _read.GetValueOrDefault(file);
            foreach (var line in EventFile.ReadNew(file, ref offset))
            {
                context.Terminal.Say($"{Path.GetFileName(Path.GetDirectoryName(file))}  {EventFile.Describe(EventFile.Parse(line))}");
            }
            _read[file] = offset;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or JsonException)
        {
            // A run that is being removed, or a damaged line: 'events' reports it; the worker goes on.
        }
    }
}
