using System.Globalization;
using Orchestrator.Cli.Console;
using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>history</c>: lists the runs of the repository, the latest first.</summary>
internal sealed class HistoryCommand : CliCommand
{
    private const int WideEnoughForZone = 100;

    /// <summary>
    /// Minimum width of the column with run names, in terminal cells. Names that are shortened further would not be recognizable.
    /// </summary>
    private const int LeastName = 20;
    private readonly Option<int> _limit = new("--limit")
    {
        Description = "Maximum number of runs",
        HelpName = "N",
        DefaultValueFactory = static _ => RunQueryArgumentDefaults.ListLength,
    };
    private readonly Option<bool> _forecast = new("--forecast")
    {
        Description = "Show the forecasts of cost and time next to the actual figures",
    };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public HistoryCommand()
        : base("history", "List the runs of this repository, latest first")
    {
        Add(_limit);
        Add(_forecast);
        Add(_json);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var limit = parsed.GetValue(_limit);
        var queries = new RunQueries(context);
        if (parsed.GetValue(_json))
        {
            context.Print(await queries.HistoryAsync(limit, parsed.GetValue(_forecast), stop), DocumentJson.Default.RunListDocument);
            return UseCaseOutcome.Done;
        }
        var repository = context.RequireRepository();
        var (total, runs, _) = await queries.LatestAsync(limit, stop);
        if (parsed.GetValue(_forecast) && total > 0)
        {
            ForecastAccuracyPrinter.Show([.. runs.Select(run => run.Status)], context);
            return UseCaseOutcome.Done;
        }

        foreach (var row in Rows(runs, context.Terminal.OutputWidth))
        {
            context.Terminal.Show(row);
        }
        if (total > runs.Count)
        {
            context.Terminal.Inform($"{total - runs.Count} more: --limit {total}");
        }
        else if (total == 0)
        {
            var none = StoredRunFinder.NoRunsError(repository);
            context.Terminal.Inform($"{none.Message} {none.Cure}");
        }
        return UseCaseOutcome.Done;
    }

    private static IEnumerable<string> Rows(IReadOnlyList<StoredRun> runs, int width)
    {
        // The name that the files and branches of a run have is shown after the id if it differs from the id.
        var rows = runs.Select(found =>
                (
                    Name: found.Name == found.Id ? found.Id : $"{found.Id} ({found.Name})",
                    State: RunLivenessClassifier.Describe(found.Status),
                    Run: found.Status
                )
            )
            .ToList();
        var names = rows.Select(row => TextCellWidth.Of(row.Name)).DefaultIfEmpty().Max();
        names = width == RunTaskTableFormatter.Unlimited ? names : Math.Min(names, Math.Max(LeastName, width / 4));
        var states = rows.Select(row => row.State.Length).DefaultIfEmpty().Max();
        foreach (var (name, state, run) in rows)
        {
            var began = LocalTimeFormatter.ToMinute(run.StartedAt);
            var cost = run.Cost > 0 ? string.Create(CultureInfo.InvariantCulture, $", ${run.Cost:0.00}") : "";
            var left =
                $"{(width < WideEnoughForZone ? began[..began.LastIndexOf(' ')] : began)}  "
                + $"{TextCellWidth.Pad(TextCellWidth.CutMiddle(name, names), names)}  {state.PadRight(states)}  "
                + $"{run.Counts!.FormatShort()}{cost}  ";
            var title =
                TextCellWidth.OneLine(run.Title)
                + (RunListEntry.Of(run).Hosts is { } hosts ? $" (also on {TextCellWidth.OneLine(string.Join(", ", hosts))})" : "");
            yield return (
                left + (width == RunTaskTableFormatter.Unlimited ? title : TextCellWidth.Cut(title, width - TextCellWidth.Of(left)))
            ).TrimEnd();
        }
    }
}
