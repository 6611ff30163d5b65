using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Cli.Documents;
using Orchestrator.Cli.Engine;
using Orchestrator.Cli.Runs;
using Orchestrator.Git;
using Orchestrator.Git.Program;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs;
using Orchestrator.Runs.Cleaning;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary><c>cleanup</c>: removes what is proven to be merged or superseded of runs that have ended.</summary>
internal sealed class CleanupCommand : CliCommand
{
    private const int KeptAnyway = 10;
    private const int MostNamed = 20;
    private readonly Argument<string[]> _runs = new("RUN")
    {
        Description = $"Runs that have ended; default: all but the latest {KeptAnyway.ToString(CultureInfo.InvariantCulture)}",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private readonly Option<bool> _dryRun = new("--dry-run", "-n")
    {
        Description = "Show what would go and what would stay, and remove nothing",
    };
    private readonly Option<int?> _keep = new("--keep") { Description = "Keep the latest N that have ended", HelpName = "N" };
    private readonly Option<string?> _olderThan = new("--older-than")
    {
        Description = "Only those that ended longer ago than this (12h, 30d)",
        HelpName = "TIME",
    };
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly EngineOptions _engine = new();

    public CleanupCommand()
        : base("cleanup", "Remove what ended runs have left and is proven to be merged or superseded")
    {
        Add(_runs);
        Add(_dryRun);
        Add(_keep);
        Add(_olderThan);
        Add(_json);
        _engine.AddTo(this);
    }

    public override async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var location = context.RequireRepository();
        var settings = context.OpenSettings(location, _engine.Flags(parsed)).Loaded.Settings!;
        var all = StoredRuns.List(location);
        if (all.Count == 0)
        {
            context.Terminal.Say("There is no run yet, so nothing is left of one.");
        }
        RunStatus[] runs = [.. all.Select(run => NewestExecution.Of(run, location).Status)];
        var chosen = Choose(parsed, runs, context);
        var repository = await new GitRepositories().OpenAsync(location.Root);
        var cleanup = new RunCleanup(location, repository, settings, context);
        using var one =
            all.Count == 0
                ? null
                : cleanup.TryBegin()
                    ?? throw new CommandException(
                        ExitCodes.Unavailable,
                        "Another process cleans up here right now.",
                        "Call it again in a moment."
                    );
        var found = await cleanup.LookAsync(chosen, runs, stop);
        var isDry = parsed.GetValue(_dryRun);
        var before = await SizesAsync(location, repository, settings, context, stop);
        IReadOnlyList<string> left = [];
        if (!isDry)
        {
            await using var engine =
                all.Count == 0
                    ? null
                    : await EngineConnection.OpenAsync(location, settings, context, NullLoggerFactory.Instance, stays: false, stop);
            left = await cleanup.RemoveAsync(found, engine, stop);
        }
        var after = isDry ? before : await SizesAsync(location, repository, settings, context, stop);
        var kept = Kept(runs, chosen, found);
        if (parsed.GetValue(_json))
        {
            context.Print(Document(isDry, found, kept, before, after), CliJson.Default.CleanupDocument);
        }
        else
        {
            Show(context, isDry, found, kept, before, after);
        }
        foreach (var why in left)
        {
            context.Terminal.Warn(why);
        }
        return ExitCodes.Done;
    }

    private IReadOnlyList<RunStatus> Choose(ParseResult parsed, IReadOnlyList<RunStatus> runs, CommandContext context)
    {
        var (named, keep) = (parsed.GetValue(_runs) ?? [], parsed.GetValue(_keep));
        var age = Age(parsed);
        if ((named.Length > 0 ? 1 : 0) + (keep is null ? 0 : 1) + (age is null ? 0 : 1) > 1)
        {
            throw new CommandException(
                ExitCodes.Usage,
                "RUN, --keep and --older-than choose runs each in its own way.",
                "Leave one of them."
            );
        }
        if (keep < 0)
        {
            throw new CommandException(ExitCodes.Usage, $"--keep {keep}: there are no fewer than 0.", "orchestrate cleanup --keep 0");
        }
        if (named.Length == 0)
        {
            return EndedRuns.Beyond(
                runs.Where(run => RunStates.IsFinal(run.State)),
                age is null ? keep ?? KeptAnyway : null,
                age,
                context.Time.GetUtcNow()
            );
        }
        var chosen = named
            .Select(id => UniquePrefix.Find(id, [.. runs.Select(run => run.RunId)], "run"))
            .Distinct(StringComparer.Ordinal)
            .Select(id => runs.First(run => run.RunId == id))
            .ToList();
        return chosen.Find(run => !RunStates.IsFinal(run.State)) is { } open
            ? throw new CommandException(
                ExitCodes.Usage,
                $"{open.RunId} is {RunStanding.Describe(open)}: it keeps everything until it has ended.",
                $"To end it: orchestrate cancel {open.RunId}"
            )
            : chosen;
    }

    private TimeSpan? Age(ParseResult parsed) =>
        parsed.GetValue(_olderThan) is not { } text ? null
        : Durations.TryRead(text, out var age) ? age
        : throw new CommandException(ExitCodes.Usage, $"--older-than {text} is no time.", "Such as 12h, 30d; a number is seconds.");

    private static Task<StorageSizes> SizesAsync(
        RepositoryLocation location,
        GitRepository repository,
        OrchestratorSettings settings,
        CommandContext context,
        CancellationToken stop
    ) => StorageSizes.OfAsync(location, repository, settings.Worktrees.BranchPrefix, context.Environment, stop);

    private static IReadOnlyList<KeptEntry> Kept(IReadOnlyList<RunStatus> runs, IReadOnlyList<RunStatus> chosen, CleanupSurvey found) =>
        [
            .. runs.Where(run => !RunStates.IsFinal(run.State))
                .Select(run => new KeptEntry(run.RunId, RunStanding.Describe(run), ["it keeps everything until it has ended"])),
            .. found
                .Runs.Where(remains => !remains.IsWhole)
                .Select(remains => new KeptEntry(remains.Run.Status.RunId, remains.Run.Status.State, remains.Kept)),
            .. runs.Where(run => RunStates.IsFinal(run.State) && !chosen.Contains(run))
                .Select(run => new KeptEntry(run.RunId, run.State, [])),
        ];

    private static CleanupDocument Document(
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
            [.. found.Stray.Select(change => change.Name)],
            found.Spare,
            [.. found.Orphans.Select(orphan => orphan.Folder)],
            before,
            after
        );

    private static void Show(
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
            .. found.Stray.Count > 0 ? (string[])[$"{Number(found.Stray.Count)} hidden refs of no run here: your branches have them"] : [],
            .. Some(found.Spare.Select(path => $"{path}  waits to be used again; more than worktrees.pool"), "worktrees"),
            .. Some(found.Orphans.Select(orphan => $"{orphan.Folder}  cache of {orphan.Repository}, which is gone"), "caches"),
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
                        $"{Number(unchosen)} more that {(unchosen == 1 ? "has ended and was" : "have ended and were")} not chosen (--keep "
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
                "  To look at a ref: git show --stat REF. If nothing of it is needed: git update-ref -d REF, then cleanup again."
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
            entry.Whole ? $"{Number(entry.Files)} files, {Sizes.Describe(entry.Bytes)}" : "not its folder",
            entry.Refs > 0 ? $"{Number(entry.Refs)} {(entry.Refs == 1 ? "ref" : "refs")}" : "",
            entry.Worktrees > 0 ? $"{Number(entry.Worktrees)} {(entry.Worktrees == 1 ? "worktree" : "worktrees")}" : "",
        ];
        return string.Join(", ", parts.Where(part => part.Length > 0));
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
