namespace Orchestrator.Runs.Reports;

/// <summary>Stores commands given while no worker ran, for the process that continues the run. They are in <c>kept.tsv</c> in the run's
/// folder, one per line with the number of the run's last transition. A run with later transitions has already received them.</summary>
public static class PendingCommands
{
    /// <summary>Adds a command, unless the same command is already stored.</summary>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    /// <param name="run">Current status of the run.</param>
    /// <param name="words">The command and its arguments.</param>
    public static void Add(string runFolder, RunStatus run, IEnumerable<string> words)
    {
        var command = string.Join(' ', words.Select(ProcessCommand.Quote)).ReplaceLineEndings(" ");
        if (!Of(runFolder, run).Contains(command))
        {
            OwnFile.Append(FileIn(runFolder), string.Create(CultureInfo.InvariantCulture, $"{run.Sequence}\t{command}\n"));
        }
    }

    /// <summary>Lists commands that the run has not received yet, in order and as a user would type them.</summary>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    /// <param name="run">Current status of the run.</param>
    public static IReadOnlyList<string> Of(string runFolder, RunStatus run)
    {
        var begin = string.Create(CultureInfo.InvariantCulture, $"{run.Sequence}\t");
        return File.Exists(FileIn(runFolder))
            ?
            [
                .. File.ReadAllLines(FileIn(runFolder))
                    .Where(line => line.StartsWith(begin, StringComparison.Ordinal))
                    .Select(line => line[begin.Length..]),
            ]
            : [];
    }

    private static string FileIn(string runFolder) => Path.Combine(runFolder, "kept.tsv");
}
