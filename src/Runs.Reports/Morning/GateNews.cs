using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Reports;

/// <summary>The latest verdicts of a run's gates, and those of them that fail and did not fail in the run before.</summary>
internal sealed class GateNews
{
    /// <summary>The number of earlier runs that are searched for one whose gates ran.</summary>
    private const int MostRuns = 20;

    private GateNews(IReadOnlyList<GateVerdict> last, string? before, IReadOnlyList<GateVerdict> earlier) =>
        (Last, Before, Earlier) = (last, before, earlier);

    /// <summary>The last verdict of each gate.</summary>
    public IReadOnlyList<GateVerdict> Last { get; }

    /// <summary>The run before, whose gates ran; null: there is none.</summary>
    public string? Before { get; }

    private IReadOnlyList<GateVerdict> Earlier { get; }

    /// <summary>The gates that did not pass in the end.</summary>
    public IEnumerable<GateVerdict> Red => Last.Where(verdict => !verdict.Passed);

    /// <summary>The facts about a run's gates and about those of the run before it.</summary>
    public static GateNews Of(RunStatus run, RunFolder folder)
    {
        var last = LastOf(folder);
        if (last.Count == 0)
        {
            return new GateNews(last, null, []);
        }
        var runs = new DirectoryInfo(Path.GetDirectoryName(folder.Path)!);
        foreach (
            var sibling in runs.EnumerateDirectories()
                .Where(other => other.Name != folder.Name && !other.Name.StartsWith('.'))
                // With years of runs only the latest are read.
                .OrderByDescending(other => File.GetLastWriteTimeUtc(Path.Combine(other.FullName, "status.json")))
                .Take(MostRuns)
                .Select(other => new RunFolder(folder.Repository, other.Name))
                .Select(other => (Folder: other, Run: StatusFile.Read(other.Status)))
                .Where(other => other.Run is { } earlier && earlier.StartedAt < run.StartedAt)
                .OrderByDescending(other => other.Run!.StartedAt)
        )
        {
            if (LastOf(sibling.Folder) is { Count: > 0 } earlier)
            {
                return new GateNews(last, sibling.Run!.RunId, earlier);
            }
        }
        return new GateNews(last, null, []);
    }

    /// <summary>True if a gate passed in the run before; null: it was not run there.</summary>
    public bool? PassedBefore(GateVerdict verdict) => Earlier.FirstOrDefault(earlier => Key(earlier) == Key(verdict))?.Passed;

    // The landing has the last word; of tasks whoever ended last.
    private static IReadOnlyList<GateVerdict> LastOf(RunFolder folder)
    {
        var landing = folder.Relative(folder.LandingEvidence) + Path.DirectorySeparatorChar;
        return
        [
            .. GateEvidence
                // What was red before any work, and did not run again, is nobody's doing.
                .ReadAll(folder, ofBase: false)
                .Where(verdict => verdict is { Result: not GateResult.Skipped, Refusal: null })
                .GroupBy(Key)
                .Select(gate =>
                    gate.OrderBy(verdict => verdict.EvidenceFile?.StartsWith(landing, StringComparison.Ordinal) is true)
                        .ThenBy(verdict => verdict.At)
                        .Last()
                )
                .OrderBy(verdict => verdict.Name, StringComparer.Ordinal),
        ];
    }

    private static (string Command, bool Negate) Key(GateVerdict verdict) => verdict.Gate.Identity;
}
