using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;

namespace Orchestrator.Gates.Tampering;

/// <summary>Finds out whether a task changed what its gates check: the plan was approved with a command, but a script that it calls, the
/// configuration of its tests, or the tests themselves can be changed so that it always passes. Such work needs a person's approval.
/// Pure.</summary>
public static class GateTamperCheck
{
    private const int MostLines = 6;
    private const int LongestLine = 120;

    private static readonly string[] NothingRan =
    [
        "no tests ran",
        "collected 0 items",
        "No tests found",
        "Ran 0 tests",
        "running 0 tests",
        "no tests to run",
        "0 passing",
        "No test is available",
        "No test files found",
    ];

    /// <summary>What a person should look at, each a sentence; empty where the gates check the same as before.</summary>
    /// <param name="task">The task as the plan has it: a file that it names by its whole path was approved with the plan. Files that were
    /// lent to it are not: its agent asked for them.</param>
    /// <param name="meaning">What decides its gates.</param>
    /// <param name="changed">What it changed.</param>
    /// <param name="patch">The patch; null: too large to review.</param>
    public static IEnumerable<string> Changes(
        PlanTask task,
        GateMeaning meaning,
        IReadOnlyList<ChangedFile> changed,
        IReadOnlyList<PatchFile>? patch
    )
    {
        foreach (var file in changed)
        {
            var planned = file.Change != FileChange.Deleted && task.FilesWrite?.Contains(file.Path) == true;
            if (!planned && meaning.Decides(file) is { } what)
            {
                var verb = file.Change switch
                {
                    FileChange.Deleted => "deleted",
                    FileChange.Added => "added",
                    _ => "changed",
                };
                yield return $"It {verb} '{FileNames.Show(file.Path)}', {what}.{Difference(file, patch)}";
            }
        }
        var moved = changed.Where(f => f.Change == FileChange.Added).Select(f => f.NewId).ToHashSet(StringComparer.Ordinal);
        foreach (
            var file in changed.Where(f => f.Change == FileChange.Deleted && Ecosystems.BelongsToTests(f.Path) && !moved.Contains(f.OldId))
        )
        {
            yield return $"It deleted the test '{file.Path}'.";
        }
        foreach (var sign in TestWeakening.ForPerson(patch))
        {
            yield return sign;
        }
    }

    /// <summary>Gates that passed although no test ran.</summary>
    public static IEnumerable<string> Empty(IEnumerable<GateVerdict> outcomes) =>
        outcomes
            .Where(o => o.Passed && NothingRan.Any(text => o.Tail.Contains(text, StringComparison.OrdinalIgnoreCase)))
            .Select(o => $"The gate '{o.Gate.Name}' passed, but it says that no test ran.");

    /// <summary>The first changed lines, so that a person sees without looking whether it matters.</summary>
    private static string Difference(ChangedFile file, IReadOnlyList<PatchFile>? patch)
    {
        if (patch?.FirstOrDefault(part => part.Path == file.Path) is not { } text)
        {
            return "";
        }
        if (text.IsBinary)
        {
            return " It can't be read as text.";
        }
        string[] lines =
        [
            .. text.RemovedLines().Where(IsShown).Select(line => "-" + line),
            .. text.AddedLines().Select(line => line.Text).Where(IsShown).Select(line => "+" + line),
        ];
        var shown = lines.Take(MostLines).Select(line => $"`{FileNames.Show(line.Replace('`', '\''), LongestLine)}`");
        return lines.Length == 0
            ? ""
            : $" The difference: {string.Join(" ", shown)}"
                + $"{(lines.Length > MostLines ? $" and {lines.Length - MostLines} more lines" : "")}.";
    }

    private static bool IsShown(string line) => !string.IsNullOrWhiteSpace(line);
}
