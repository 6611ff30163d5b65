using System.Globalization;
using Orchestrator.Machine.Cleaning;
using Orchestrator.Plans;

namespace Orchestrator.Cli.Commands;

/// <summary>Shows the items that a cleanup removes and retains, and the saved space, as a document or as text.</summary>
internal static class CleanupReport
{
    private const int MostNamed = 20;

    /// <summary>Creates the report of a cleanup as a JSON document.</summary>
    public static CleanupDocument Document(
        bool isDry,
        CleanupSurvey found,
        IReadOnlyList<KeptEntry> kept,
        StorageSizes before,
        StorageSizes after
    ) =>
        new(
            isDry,
            [.. found.Runs.Where(remains => remains.HasAny).Select(RemovedEntry.Of)],
            [.. kept.Select(entry => entry.Why.Count > 0 ? entry : entry with { Why = ["not chosen"] })],
            found.StrayRefs,
            found.Spare,
            [.. found.Orphans.Select(orphan => orphan.Folder)],
            found.GitCopies,
            before,
            after
        );

    /// <summary>Prints the report as text.</summary>
    public static void Show(
        CommandContext context,
        bool isDry,
        CleanupSurvey found,
        IReadOnlyList<KeptEntry> kept,
        StorageSizes before,
        StorageSizes after
    )
    {
        var removed = found.Runs.Where(remains => remains.HasAny).Select(RemovedEntry.Of).ToList();
        List<string> goes =
        [
            .. Some(removed.Select(entry => $"{entry.RunId}  {entry.State}, {Describe(entry)}"), "runs"),
            .. found.StrayRefs.Count > 0
                ? (string[])[$"{Plural.Of(found.StrayRefs.Count, "hidden ref")} of no run here, with nothing that your branches lack"]
                : [],
            .. Some(found.Spare.Select(path => $"{path}  waits to be used again; more than worktrees.pool"), "worktrees and set-ups"),
            .. Some(found.Orphans.Select(orphan => $"{orphan.Folder}  cache of {orphan.Repository}, which is gone"), "caches"),
            .. Some(found.GitCopies.Select(folder => $"{folder}  git's configuration for runs that are gone"), "copies"),
        ];
        Part(context, isDry ? "Would be removed:" : "Removed:", goes.Count > 0 ? goes : ["nothing"]);
        var unchosen = kept.Count(entry => entry.Why.Count == 0);
        List<string> stays =
        [
            .. Some(
                kept.Where(entry => entry.Why.Count > 0).Select(entry => $"{entry.RunId}  {entry.State}; {string.Join("; ", entry.Why)}"),
                "runs"
            ),
            .. unchosen > 0
                ? (string[])
                    [
                        $"{Number(unchosen)} more that {Plural.Form(unchosen, "has ended and was", "have ended and were")} not "
                            + $"chosen (--keep "
                            + "0 chooses all)",
                    ]
                : [],
        ];
        if (stays.Count > 0)
        {
            Part(context, "Kept:", stays);
        }
        if (found.Runs.Any(remains => !remains.IsWhole))
        {
            context.Terminal.Show(
                "  To look at a ref: git show --stat REF. If nothing of a run's work is needed: orchestrate cleanup --discard RUN"
            );
        }
        Part(
            context,
            "Sizes:",
            before.Lines().Zip(after.Lines(), (was, now) => $"{was.What, -16} {was.HowMuch}{(was == now ? "" : $" -> {now.HowMuch}")}")
        );
    }

    private static void Part(CommandContext context, string title, IEnumerable<string> lines)
    {
        context.Terminal.Show(title);
        foreach (var line in lines)
        {
            context.Terminal.Show("  " + line);
        }
    }

    private static List<string> Some(IEnumerable<string> lines, string what)
    {
        List<string> all = [.. lines];
        return all.Count <= MostNamed ? all : [.. all.Take(MostNamed), $"and {Number(all.Count - MostNamed)} more {what}"];
    }

    private static string Describe(RemovedEntry entry)
    {
        string[] parts =
        [
            entry.Whole ? $"{Plural.Of(entry.Files, "file")}, {Sizes.Describe(entry.Bytes)}" : "not its folder",
            entry.Refs > 0 ? Plural.Of(entry.Refs, "ref") : "",
            entry.Worktrees > 0 ? Plural.Of(entry.Worktrees, "worktree") : "",
        ];
        return string.Join(", ", parts.Where(part => part.Length > 0));
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
