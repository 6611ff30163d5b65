using System.Globalization;

namespace Orchestrator.Cli.Runs;

/// <summary>
/// Commands that were given while nobody worked on a run, and that whoever goes on with it carries out: <c>kept.tsv</c> in its folder, a
/// line each with the number of the run's last transition. A run that has moved since has them.
/// </summary>
internal static class KeptCommands
{
    /// <summary>Notes one.</summary>
    public static void Add(StoredRun run, string command) =>
        File.AppendAllText(
            FileOf(run),
            string.Create(CultureInfo.InvariantCulture, $"{run.Status.Sequence}\t{command.ReplaceLineEndings(" ")}\n")
        );

    /// <summary>Those that the run has not taken yet, in order.</summary>
    public static IReadOnlyList<string> Of(StoredRun run)
    {
        var begin = string.Create(CultureInfo.InvariantCulture, $"{run.Status.Sequence}\t");
        return File.Exists(FileOf(run))
            ?
            [
                .. File.ReadAllLines(FileOf(run))
                    .Where(line => line.StartsWith(begin, StringComparison.Ordinal))
                    .Select(line => line[begin.Length..]),
            ]
            : [];
    }

    private static string FileOf(StoredRun run) => Path.Combine(run.Folder, "kept.tsv");
}
