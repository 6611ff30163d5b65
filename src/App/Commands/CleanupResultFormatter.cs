using System.Globalization;

namespace Orchestrator.App.Commands;

/// <summary>
/// Formats the result of a cleanup for users, with the removed items, the kept items, and the disk usage before and after.
/// </summary>
public static class CleanupResultFormatter
{
    private const int MostNamed = 20;

    /// <summary>Returns the lines of the report.</summary>
    public static IEnumerable<string> Of(CleanupResult result)
    {
        var (isDry, found, kept, before, after) = (result.IsDryRun, result.Found, result.Kept, result.Before, result.After);
        var removed = found.Runs.Where(remains => remains.HasAny).Select(RemovedRunEntry.Of).ToList();
        List<string> goes =
        [
            .. ListFirst(removed.Select(entry => $"{entry.RunId}  {entry.State}, {Describe(entry)}"), "runs"),
            .. found.StrayRefs.Count > 0
                ? (string[])[$"{Plural.Of(found.StrayRefs.Count, "hidden ref")} of unknown runs, whose commits are all on your branches"]
                : [],
            .. ListFirst(
                found.Spare.Select(path => $"{path}  kept for later tasks, but more than worktrees.pool allows"),
                "worktrees and set-ups"
            ),
            .. ListFirst(
                found.Orphans.Select(orphan => $"{orphan.Folder}  cache of {orphan.Repository}, which no longer exists"),
                "caches"
            ),
            .. ListFirst(found.GitCopies.Select(folder => $"{folder}  git's configuration for runs that no longer exist"), "copies"),
        ];
        var unchosen = kept.Count(entry => entry.Why.Count == 0);
        List<string> stays =
        [
            .. ListFirst(
                kept.Where(entry => entry.Why.Count > 0).Select(entry => $"{entry.RunId}  {entry.State}; {string.Join("; ", entry.Why)}"),
                "runs"
            ),
            .. unchosen > 0
                ? (string[])
                    [
                        $"{Number(unchosen)} more that {Plural.Form(unchosen, "has ended and was", "have ended and were")} not "
                            + "selected (--keep 0 selects all)",
                    ]
                : [],
        ];
        return
        [
            .. Part(isDry ? "Would be removed:" : "Removed:", goes.Count > 0 ? goes : ["nothing"]),
            .. stays.Count > 0 ? Part("Kept:", stays) : [],
            .. found.Runs.Any(remains => !remains.IsWhole)
                ? (string[])["  To inspect a ref: git show --stat REF. To discard a run's work: orchestrate cleanup --discard RUN"]
                : [],
            .. Part(
                "Sizes:",
                before.Lines().Zip(after.Lines(), (was, now) => $"{was.What, -16} {was.HowMuch}{(was == now ? "" : $" -> {now.HowMuch}")}")
            ),
        ];
    }

    private static IEnumerable<string> Part(string title, IEnumerable<string> lines) => lines.Select(line => "  " + line).Prepend(title);

    private static List<string> ListFirst(IEnumerable<string> lines, string what)
    {
        List<string> all = [.. lines];
        return all.Count <= MostNamed ? all : [.. all.Take(MostNamed), $"and {Number(all.Count - MostNamed)} more {what}"];
    }

    private static string Describe(RemovedRunEntry entry)
    {
        string[] parts =
        [
            entry.Whole ? $"{Plural.Of(entry.Files, "file")}, {ByteSizes.Describe(entry.Bytes)}" : "its folder is kept",
            entry.Refs > 0 ? Plural.Of(entry.Refs, "ref") : "",
            entry.Worktrees > 0 ? Plural.Of(entry.Worktrees, "worktree") : "",
        ];
        return string.Join(", ", parts.Where(part => part.Length > 0));
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
