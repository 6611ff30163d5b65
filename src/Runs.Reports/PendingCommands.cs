namespace Orchestrator.Runs.Reports;

/// <summary>Commands that were given while no worker ran, for the process that continues the run: <c>kept.tsv</c> in its folder, a line
/// each with the number of the run's last transition. A run that has moved since has received them.</summary>
public static class PendingCommands
{
    /// <summary>Adds one. What is kept already is not kept twice: a repeated command is one.</summary>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    /// <param name="run">The run as it is.</param>
    /// <param name="words">The command and its arguments.</param>
    public static void Add(string runFolder, RunStatus run, IEnumerable<string> words)
    {
        var command = string.Join(' ', words.Select(ProcessCommand.Quote)).ReplaceLineEndings(" ");
        if (!Of(runFolder, run).Contains(command))
        {
            OwnFile.Append(FileIn(runFolder), string.Create(CultureInfo.InvariantCulture, $"{run.Sequence}\t{command}\n"));
        }
    }

    /// <summary>Commands that the run has not received yet, in order, as a person would type them.</summary>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    /// <param name="run">The run as it is.</param>
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
