using System.Globalization;
using Orchestrator.NightBench.Facts;
using Orchestrator.NightBench.Nights;

namespace Orchestrator.NightBench.Figures;

/// <summary>Figures of a night, computed from recorded facts alone.</summary>
public sealed record NightFigures
{
    /// <summary>Tasks whose work can land: all, because each agent misbehaves once at most.</summary>
    public required int Landable { get; init; }

    /// <summary>Tasks whose whole work the target holds at the end.</summary>
    public required int Landed { get; init; }

    /// <summary>Commits of the target on which the suite fails.</summary>
    public required int RedCommits { get; init; }

    /// <summary>Pieces of work that the target held, or holds in part, and that are missing at the end.</summary>
    public required IReadOnlyList<string> LostHunks { get; init; }

    /// <summary>Starts of agents.</summary>
    public required int Starts { get; init; }

    /// <summary>Starts after finished work of the same task that nothing had made unusable, as <c>TASK</c>.</summary>
    public required IReadOnlyList<string> RepeatedStarts { get; init; }

    /// <summary>Starts while the account was blocked, after the first refusal. Starts of the other slots within
    /// <see cref="NightRates.NoticeSeconds"/> do not count.</summary>
    public required int BlockedStarts { get; init; }

    /// <summary>Money that agents report, in US dollars.</summary>
    public required decimal Money { get; init; }

    /// <summary>Budget in US dollars.</summary>
    public required decimal Budget { get; init; }

    /// <summary>Minutes of a person.</summary>
    public required int PersonMinutes { get; init; }

    /// <summary>Wall clock in seconds.</summary>
    public required double WallSeconds { get; init; }

    /// <summary>Shortest possible wall clock in seconds.</summary>
    public required double FloorSeconds { get; init; }

    /// <summary>Runs of the suite.</summary>
    public required int GateRuns { get; init; }

    /// <summary>Largest memory of the tool's own processes in MB.</summary>
    public required double PeakMegabytes { get; init; }

    /// <summary>Bytes that came to a server that no agent may reach.</summary>
    public required long BytesOut { get; init; }

    /// <summary>Statements of the tool that the facts contradict, each as a sentence.</summary>
    public required IReadOnlyList<string> Contradicted { get; init; }

    /// <summary>Wall clock divided by its floor.</summary>
    public double Ratio => Math.Round(WallSeconds / FloorSeconds, 2);

    /// <summary>Agent starts for each landed task, or null if none landed.</summary>
    public double? StartsPerLanded => Landed == 0 ? null : Math.Round((double)Starts / Landed, 2);

    /// <summary>Runs of the suite for each landed task, or null if none landed.</summary>
    public double? GateRunsPerLanded => Landed == 0 ? null : Math.Round((double)GateRuns / Landed, 2);

    /// <summary>Computes the figures.</summary>
    /// <param name="facts">The facts.</param>
    public static NightFigures Of(NightFacts facts)
    {
        var final = facts.FinalPieces;
        var tasks = facts.Night.Tasks;
        return new()
        {
            Landable = tasks.Count,
            Landed = tasks.Count(task => NightFacts.PiecesOf(task).All(final.Contains)),
            RedCommits = facts.Target.Count(commit => !commit.IsGreen),
            LostHunks = Lost(facts),
            Starts = facts.Starts.Count,
            RepeatedStarts = [.. tasks.SelectMany(task => Repetitions.Of(task, facts)).Select(start => start.Task)],
            BlockedStarts = Blocked(facts),
            Money = facts.Starts.Sum(start => start.Cost),
            Budget = facts.Night.Budget,
            PersonMinutes = facts.Visits * NightRates.PersonMinutes,
            WallSeconds = Math.Round(facts.WallClock.TotalSeconds, 1),
            FloorSeconds = Math.Round(
                ListScheduler.Schedule(tasks, NightRates.Workers, facts.Night.Pace)
                    + (facts.Limit is var (from, until) ? (until - from).TotalSeconds : 0),
                1
            ),
            GateRuns = facts.Gates.Count,
            PeakMegabytes = Math.Round(facts.PeakMemory / 1e6, 1),
            BytesOut = facts.BytesOut,
            Contradicted = [.. Contradictions(facts)],
        };
    }

    private static List<string> Lost(NightFacts facts)
    {
        var final = facts.FinalPieces;
        var begun = facts.Night.Tasks.Select(NightFacts.PiecesOf).Where(pieces => pieces.Any(final.Contains)).SelectMany(pieces => pieces);
        return
        [
            .. facts
                .Target.SelectMany(commit => commit.Pieces)
                .Concat(begun)
                .Concat(facts.UserPieces)
                .Distinct()
                .Where(piece => !final.Contains(piece))
                .Order(StringComparer.Ordinal),
        ];
    }

    // The other slots may be about to start an agent when the first one is refused.
    private static int Blocked(NightFacts facts)
    {
        if (
            facts.Limit is not var (_, until)
            || facts.Starts.Where(start => start.Outcome == "refused").Min(start => start.Until) is not { } refused
        )
        {
            return 0;
        }
        var blocked = facts.Starts.Where(start => start.From > refused && start.From < until).ToList();
        var underWay = blocked.Count(start => start.From < refused.AddSeconds(NightRates.NoticeSeconds));
        return blocked.Count - Math.Min(underWay, NightRates.Workers - 1);
    }

    private static string Differences(NightFacts facts)
    {
        var recorded = facts.Starts.ToLookup(start => start.Task);
        var differences = (facts.Statements.StartsOf ?? new Dictionary<string, int>())
            .Where(task => task.Value != recorded[task.Key].Count())
            .OrderBy(task => task.Key, StringComparer.Ordinal)
            .Select(task => $"{task.Key} {task.Value} and {recorded[task.Key].Count()}")
            .ToList();
        return differences.Count == 0 ? "" : $" ({string.Join(", ", differences)})";
    }

    private static IEnumerable<string> Contradictions(NightFacts facts)
    {
        var final = facts.FinalPieces;
        var landed = facts.Night.Tasks.Where(task => NightFacts.PiecesOf(task).All(final.Contains)).Select(task => task.Id).ToHashSet();
        var said = facts.Statements;
        if (said.Completed is { } completed && completed != (landed.Count == facts.Night.Tasks.Count))
        {
            yield return $"The tool says {(completed ? "" : "not ")}completed; {landed.Count} of {facts.Night.Tasks.Count} landed.";
        }
        if (said.Landed is { } named && !landed.SetEquals(named))
        {
            yield return "The tool says other tasks landed than git: "
                + $"{string.Join(", ", landed.Except(named).Concat(named.Except(landed)))}.";
        }
        if (said.Starts is { } starts && starts != facts.Starts.Count)
        {
            yield return $"The tool says {starts} agent starts; agents recorded {facts.Starts.Count}{Differences(facts)}.";
        }
        if (said.Cost is { } cost && Math.Abs(cost - facts.Starts.Sum(start => start.Cost)) > 0.01m)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"The tool says {cost:0.00} USD; agents reported {facts.Starts.Sum(start => start.Cost):0.00} USD."
            );
        }
    }
}
