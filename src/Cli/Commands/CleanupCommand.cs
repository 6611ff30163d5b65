using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Cli.Options;
using Orchestrator.Machine.Cleaning;
using Orchestrator.Messages;
using Orchestrator.Plans;

namespace Orchestrator.Cli.Commands;

/// <summary><c>cleanup</c>: removes data of ended runs that is proven to be merged or superseded.</summary>
internal sealed class CleanupCommand : CliCommand
{
    private const int KeptAnyway = 10;
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
    private readonly Option<bool> _discard = new("--discard")
    {
        Description = "Give up the work of the named runs that is on no branch of yours: it is listed first",
    };
    private readonly Option<bool> _yes = GlobalOptions.Yes();
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly EngineOptions _engine = new();

    public CleanupCommand()
        : base("cleanup", "Remove what ended runs have left and is proven to be merged or superseded")
    {
        Add(_runs);
        Add(_dryRun);
        Add(_keep);
        Add(_olderThan);
        Add(_discard);
        Add(_yes);
        Add(_json);
        _engine.AddTo(this);
    }

    public override async Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var location = context.RequireRepository();
        var settings = context.OpenSettings(location, _engine.Flags(parsed)).Loaded.Settings!;
        await location.RequireOwnFoldersAsync(settings.Worktrees.Directory, context.Services, stop);
        var all = StoredRuns.List(location);
        var neverBegun = NeverBegun.List(location, context.Time.GetUtcNow());
        var isNone = all.Count + neverBegun.Count == 0;
        if (isNone)
        {
            context.Terminal.Say("There is no run yet, so nothing is left of one.");
        }
        RunStatus[] runs = [.. all.Select(run => NewestExecution.Of(run, location).Status), .. neverBegun];
        var chosen = Choose(parsed, runs, context);
        var cleanup = await RunCleanup.OpenAsync(location, settings, context.Services);
        using var one = isNone
            ? null
            : cleanup.TryBegin()
                ?? throw new UseCaseException(
                    Outcome.Unavailable,
                    "Another process cleans up here right now.",
                    "Call it again in a moment."
                );
        var found = await cleanup.LookAsync(chosen, runs, parsed.GetValue(_discard), stop);
        var isDry = parsed.GetValue(_dryRun);
        if (!isDry && !MayDiscard(parsed, context, found))
        {
            context.Terminal.Say("Nothing was removed.");
            return Outcome.NeedsPerson;
        }
        var before = await cleanup.SizesAsync(stop);
        IReadOnlyList<string> left = [];
        if (!isDry)
        {
            await using var engine = isNone
                ? null
                : await EngineConnection.OpenAsync(location, settings, context, NullLoggerFactory.Instance, stays: false, stop);
            var histories = new HistoryRemoval(engine, context.Time, stop);
            left = await cleanup.RemoveAsync(found, histories.ForgetAsync, stop);
            await histories.FinishAsync();
        }
        var after = isDry ? before : await cleanup.SizesAsync(stop);
        var kept = Kept(runs, chosen, found);
        if (parsed.GetValue(_json))
        {
            context.Print(CleanupReport.Document(isDry, found, kept, before, after), DocumentJson.Default.CleanupDocument);
        }
        else
        {
            CleanupReport.Show(context, isDry, found, kept, before, after);
        }
        foreach (var why in left)
        {
            context.Terminal.Warn(why);
        }
        return Outcome.Done;
    }

    /// <summary>Lists the work that would be discarded, and asks for confirmation.</summary>
    private bool MayDiscard(ParseResult parsed, CommandContext context, CleanupSurvey found)
    {
        var lost = found.Runs.SelectMany(remains => remains.GivenUp).ToList();
        if (lost.Count == 0)
        {
            return true;
        }
        context.Terminal.Say("Given up, because it is on no branch of yours:");
        foreach (var one in lost)
        {
            context.Terminal.Say(new UntrustedText($"  {one}"));
        }
        return parsed.GetValue(_yes)
            || (
                context.Terminal.Ask("Is it given up for good?")
                ?? throw new UseCaseException(Outcome.NeedsPerson, "Nobody can be asked here.", "To give it up: add --yes.")
            );
    }

    private List<RunStatus> Choose(ParseResult parsed, IReadOnlyList<RunStatus> runs, CommandContext context)
    {
        var (named, keep) = (parsed.GetValue(_runs) ?? [], parsed.GetValue(_keep));
        var age = Age(parsed);
        if ((named.Length > 0 ? 1 : 0) + (keep is null ? 0 : 1) + (age is null ? 0 : 1) > 1)
        {
            throw new UseCaseException(
                Outcome.Usage,
                "RUN, --keep and --older-than choose runs each in its own way.",
                "Leave one of them."
            );
        }
        if (keep < 0)
        {
            throw new UseCaseException(Outcome.Usage, $"--keep {keep}: there are no fewer than 0.", "orchestrate cleanup --keep 0");
        }
        if (named.Length == 0 && parsed.GetValue(_discard))
        {
            throw new UseCaseException(Outcome.Usage, "--discard needs the runs by name.", "orchestrate cleanup --discard RUN");
        }
        if (named.Length == 0)
        {
            var ended = runs.Where(run => RunStates.IsFinal(run.State));
            return
            [
                .. EndedRuns.Beyond(ended, age is null ? keep ?? KeptAnyway : null, age, context.Time.GetUtcNow()),
                .. runs.Where(run => run.State == NeverBegun.State),
            ];
        }
        var chosen = named
            .Select(id => RunNames.RequireId(runs.Select(run => run.RunId), id, context.FindRepository()))
            .Distinct(StringComparer.Ordinal)
            .Select(id => runs.First(run => run.RunId == id))
            .ToList();
        return chosen.Find(NeverBegun.IsOpen) is { } open
            ? throw new UseCaseException(
                Outcome.Usage,
                $"{open.RunId} is {RunLiveness.Describe(open)}: it keeps everything until it has ended.",
                $"To end it: orchestrate cancel {open.RunId}"
            )
            : chosen;
    }

    private TimeSpan? Age(ParseResult parsed) =>
        parsed.GetValue(_olderThan) is not { } text ? null
        : Durations.TryRead(text, out var age) ? age
        : throw new UseCaseException(Outcome.Usage, $"--older-than {text} is not a time.", "Such as 12h, 30d; a number is seconds.");

    private static IReadOnlyList<KeptEntry> Kept(IReadOnlyList<RunStatus> runs, IReadOnlyList<RunStatus> chosen, CleanupSurvey found) =>
        [
            .. runs.Where(NeverBegun.IsOpen)
                .Select(run => new KeptEntry(run.RunId, RunLiveness.Describe(run), ["it keeps everything until it has ended"])),
            .. found
                .Runs.Where(remains => !remains.IsWhole)
                .Select(remains => new KeptEntry(remains.Run.Status.RunId, remains.Run.Status.State, remains.Kept)),
            .. runs.Where(run => RunStates.IsFinal(run.State) && !chosen.Contains(run))
                .Select(run => new KeptEntry(run.RunId, run.State, [])),
        ];
}
