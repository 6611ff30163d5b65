using System.CommandLine;
using System.Globalization;
using Orchestrator.Cli.Console;
using Orchestrator.Cli.Documents;
using Orchestrator.Cli.Options;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;
using Orchestrator.Runs.Reports;

namespace Orchestrator.Cli.Commands;

/// <summary><c>history</c>: the runs of the repository, the latest first.</summary>
internal sealed class HistoryCommand : CliCommand
{
    private readonly Option<int> _limit = new("--limit")
    {
        Description = "At most so many",
        HelpName = "N",
        DefaultValueFactory = static _ => 20,
    };
    private readonly Option<bool> _forecast = new("--forecast")
    {
        Description = "What runs were expected to cost and take, beside what they did",
    };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public HistoryCommand()
        : base("history", "List the runs of this repository, the latest first")
    {
        Add(_limit);
        Add(_forecast);
        Add(_json);
    }

    public override async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var limit = parsed.GetValue(_limit);
        if (limit < 1)
        {
            throw new CommandException(ExitCodes.Usage, $"--limit {limit}: at least one run is listed.", "orchestrate history --limit 20");
        }
        var repository = context.RequireRepository();
        var runs = new List<RunStatus>();
        var all = StoredRuns.List(repository);
        foreach (var run in all.Take(limit))
        {
            runs.Add((await RunObservation.OfAsync(run, repository, context, stop)).Status);
        }
        if (parsed.GetValue(_json))
        {
            var forecasts = parsed.GetValue(_forecast) ? new RunForecasts(repository.Root) : null;
            context.Print(
                new HistoryDocument(
                    all.Count,
                    [.. runs.Select(run => HistoryEntry.Of(run) with { Forecast = forecasts?.BegunWith(run.RunId) })]
                ),
                CliJson.Default.HistoryDocument
            );
            return ExitCodes.Done;
        }
        if (parsed.GetValue(_forecast) && all.Count > 0)
        {
            ForecastHistory.Show(repository, runs, context);
            return ExitCodes.Done;
        }

        // What files and branches are called after comes beside the id, where it is another one.
        var names = all.Take(limit).Select(run => run.Name == run.Id ? run.Id : $"{run.Id} ({run.Name})").ToList();
        var width = names.Select(name => name.Length).DefaultIfEmpty().Max();
        foreach (var (run, name) in runs.Zip(names))
        {
            var began = LocalTimes.Short(run.StartedAt);
            var cost = run.Cost > 0 ? string.Create(CultureInfo.InvariantCulture, $", ${run.Cost:0.00}") : "";
            context.Terminal.Show(
                $"{began}  {name.PadRight(width)}  {RunLiveness.Describe(run), -20}  {run.Counts!.Brief()}{cost}  "
                    + TextCells.OneLine(run.Title)
                    + (HistoryEntry.Of(run).Hosts is { } hosts ? $" (also on {TextCells.OneLine(string.Join(", ", hosts))})" : "")
            );
        }
        if (all.Count > runs.Count)
        {
            context.Terminal.Say($"{all.Count - runs.Count} more: --limit {all.Count}");
        }
        else if (all.Count == 0)
        {
            var none = StoredRuns.NoneYet(repository);
            context.Terminal.Say($"{none.Message} {none.Cure}");
        }
        return ExitCodes.Done;
    }
}
