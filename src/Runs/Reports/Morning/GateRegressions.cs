using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Reports;

/// <summary>Compares the last verdicts of a run's gates with those of the previous run, to find gates that have started to fail.</summary>
internal sealed class GateRegressions
{
    /// <summary>Maximum number of earlier runs that are searched for gate verdicts.</summary>
    private const int MostRuns = 20;

    private GateRegressions(IReadOnlyList<GateVerdict> last, string? before, IReadOnlyList<GateVerdict> earlier) =>
        (Last, Before, Earlier) = (last, before, earlier);

    /// <summary>Last verdict of each gate in this run.</summary>
    public IReadOnlyList<GateVerdict> Last { get; }

    /// <summary>Id of the previous run that has gate verdicts, or null if there is none.</summary>
    public string? Before { get; }

    private IReadOnlyList<GateVerdict> Earlier { get; }

    /// <summary>Last verdicts of the gates that failed.</summary>
    public IEnumerable<GateVerdict> Red => Last.Where(verdict => !verdict.Passed);

    /// <summary>Reads the gate verdicts of a run and of the previous run.</summary>
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
                // A repository may contain years of runs, so only the latest ones are read.
                .OrderByDescending(other => File.GetLastWriteTimeUtc(Path.Combine(other.FullName, "status.json")))
                .Take(MostRuns)
                .Select(other => new RunFolder(folder.Repository, other.Name))
                .Select(other => (Folder: other, Run: RunStatusFile.Read(other.Status)))
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

    /// <summary>True if a gate passed in the previous run, false if it failed there, or null if it was not run there.</summary>
    public bool? PassedBefore(GateVerdict verdict) => Earlier.FirstOrDefault(earlier => Key(earlier) == Key(verdict))?.Passed;

    // The verdict at the landing has precedence, followed by the latest verdict of a task.
    private static IReadOnlyList<GateVerdict> LastOf(RunFolder folder)
    {
        var landing = folder.Relative(folder.LandingEvidence) + Path.DirectorySeparatorChar;
        return
        [
            .. GateEvidence
                // A failure at the base is not attributed to the run if the gate was not run again.
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
