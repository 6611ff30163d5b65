using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Reports;

/// <summary>The latest verdicts of a run's gates, and newly failing gates compared with the previous run.</summary>
internal sealed class GateRegressions
{
    /// <summary>Maximum number of earlier runs that are searched for one with gate verdicts.</summary>
    private const int MostRuns = 20;

    private GateRegressions(IReadOnlyList<GateVerdict> last, string? before, IReadOnlyList<GateVerdict> earlier) =>
        (Last, Before, Earlier) = (last, before, earlier);

    /// <summary>The last verdict of each gate.</summary>
    public IReadOnlyList<GateVerdict> Last { get; }

    /// <summary>Id of the previous run with gate verdicts, or null if there is none.</summary>
    public string? Before { get; }

    private IReadOnlyList<GateVerdict> Earlier { get; }

    /// <summary>Gates that failed in the end.</summary>
    public IEnumerable<GateVerdict> Red => Last.Where(verdict => !verdict.Passed);

    /// <summary>Reads the verdicts of a run's gates and of those of the previous run.</summary>
    public static GateRegressions Of(RunStatus run, RunFolder folder)
    {
        var last = LastOf(folder);
        if (last.Count == 0)
        {
            return new GateRegressions(last, null, []);
        }
        var runs = new DirectoryInfo(Path.GetDirectoryName(folder.Path)!);
        foreach (
            var sibling in runs.EnumerateDirectories()
                .Where(other => other.Name != folder.Name && !other.Name.StartsWith('.'))
                // A repository may have years of runs, so only the latest are read.
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
                return new GateRegressions(last, sibling.Run!.RunId, earlier);
            }
        }
        return new GateRegressions(last, null, []);
    }

    /// <summary>Returns true if a gate passed in the previous run, or null if it did not run there.</summary>
    public bool? PassedBefore(GateVerdict verdict) => Earlier.FirstOrDefault(earlier => Key(earlier) == Key(verdict))?.Passed;

    // The verdict of the landing counts most, then the latest verdict of a task.
    private static IReadOnlyList<GateVerdict> LastOf(RunFolder folder)
    {
        var landing = folder.Relative(folder.LandingEvidence) + Path.DirectorySeparatorChar;
        return
        [
            .. GateEvidence
                // A gate that failed before any work and did not run again is not attributed to the run.
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
