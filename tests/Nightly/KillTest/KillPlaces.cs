namespace Orchestrator.KillTest;

/// <summary>A place in a run at which something is killed.</summary>
/// <param name="Point">
/// What happens there: <c>git-SUBCOMMAND</c>, <c>npm-SUBCOMMAND</c>, <c>agent</c>, or one of <see cref="CrashPoints"/>.
/// </param>
/// <param name="Number">The how manieth time, from 1.</param>
/// <param name="When"><c>before</c>, <c>after</c> or <c>locked</c> (while git holds its first lock file); for crash points always
/// <c>after</c>.</param>
/// <param name="Victim">The process to kill there.</param>
public sealed record KillPlace(string Point, int Number, string When, Victim Victim)
{
    public override string ToString() => $"{When} {Point} {Number}: {Victim}";
}

/// <summary>All places of a run, found from one that nobody disturbed.</summary>
public static class KillPlaces
{
    // Commands that lock refs or an index; the others only write objects, or nothing.
    private static readonly string[] Locking =
    [
        "git-add",
        "git-update-ref",
        "git-worktree",
        "git-reset",
        "git-merge",
        "git-checkout",
        "git-read-tree",
        "git-symbolic-ref",
        "git-pack-refs",
    ];

    /// <summary>Number of engine transactions used as crash points, evenly spread over the run.</summary>
    private const int Transactions = 40;

    /// <summary>The places.</summary>
    /// <param name="counts">Number of times each point was passed in the undisturbed run.</param>
    public static IReadOnlyList<KillPlace> Of(IReadOnlyDictionary<string, int> counts) =>
        [
            .. counts
                .OrderBy(count => count.Key, StringComparer.Ordinal)
                .SelectMany(count => Numbers(count.Key, count.Value).SelectMany(number => At(count.Key, number))),
        ];

    private static IEnumerable<int> Numbers(string point, int count) =>
        point != CrashPoints.History || count <= Transactions
            ? Enumerable.Range(1, count)
            : Enumerable.Range(0, Transactions).Select(i => 1 + (i * count / Transactions));

    private static IEnumerable<KillPlace> At(string point, int number)
    {
        if (point.StartsWith("git-", StringComparison.Ordinal))
        {
            string[] times = Locking.Contains(point) ? ["before", "after", "locked"] : ["before", "after"];
            return times.SelectMany(
                when => (Victim[])[Victim.Git, Victim.EveryOrchestrator],
                (when, victim) => new KillPlace(point, number, when, victim)
            );
        }

        if (point.StartsWith("npm-", StringComparison.Ordinal))
        {
            string[] times = point == "npm-install" ? ["before", "after", "locked"] : ["before", "after"];
            return times.SelectMany(
                when => (Victim[])[Victim.PackageManager, Victim.EveryOrchestrator, Victim.Power],
                (when, victim) => new KillPlace(point, number, when, victim)
            );
        }

        if (point == "agent")
        {
            return ((string[])["before", "after"]).SelectMany(
                when => (Victim[])[Victim.Agent, Victim.Supervisor, Victim.EveryOrchestrator, Victim.Everything],
                (when, victim) => new KillPlace(point, number, when, victim)
            );
        }
        return ((Victim[])[Victim.EveryOrchestrator, CrashPoints.OfPersons.Contains(point) ? Victim.Power : Victim.Everything]).Select(
            victim => new KillPlace(point, number, "after", victim)
        );
    }
}
