namespace Orchestrator.Runs.Reports;

/// <summary>
/// Stores commands that a user issued while no worker was running, so that the process that continues the run can send them. The file
/// <c>kept.tsv</c> in the run's folder contains one command per line, with the number of the run's last event at that time. If the run has
/// later events, it has already received the command.
/// </summary>
public static class PendingCommandStore
{
    /// <summary>Adds a command, unless the same command is already stored.</summary>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    /// <param name="run">Current status of the run.</param>
    /// <param name="words">The command and its arguments.</param>
    public static void Add(string runFolder, RunStatus run, IEnumerable<string> words)
    {
        var command = string.Join(' ', words.Select(ChildProcessOptions.Quote)).ReplaceLineEndings(" ");
        if (!Of(runFolder, run).Contains(command))
        {
            SymlinkSafeFileWriter.Append(FileIn(runFolder), string.Create(CultureInfo.InvariantCulture, $"{run.Sequence}\t{command}\n"));
        }
    }

    /// <summary>Lists the commands that the run has not received yet, oldest first, in the form in which a user would type them.</summary>
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
