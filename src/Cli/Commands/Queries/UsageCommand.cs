using Orchestrator.Cli.Overviews;
using Orchestrator.Usage;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>usage</c>: shows the usage of the user's accounts across all repositories, and the utilization of their limits. Reads files or
/// queries the account workflows of a Temporal server. Never sends a request to a model service.
/// </summary>
internal sealed class UsageCommand : CliCommand
{
    private readonly Option<UsageGrouping> _by = new("--by")
    {
        Description = "Group the cost by account, run, task, model or day",
        HelpName = "WHAT",
        DefaultValueFactory = static _ => UsageGrouping.Run,
    };
    private readonly Option<int> _days = new("--days")
    {
        Description = "Number of days, including today",
        HelpName = "N",
        DefaultValueFactory = static _ => RunQueryArgumentDefaults.UsageDays,
    };
    private readonly Option<string?> _run = new("--run") { Description = "Show only the usage of this run", HelpName = "RUN" };
    private readonly Option<bool> _watch = new("--watch") { Description = "Keep running and print changes" };
    private readonly Option<double> _refresh = new("--refresh")
    {
        Description = "With --watch, number of seconds between two checks",
        HelpName = "S",
        DefaultValueFactory = static _ => 2,
    };
    private readonly EngineOptions _engine = new();
    private readonly Option<bool> _json = GlobalOptions.Json();

    public UsageCommand()
        : base("usage", "Show the usage of your accounts and the used share of their limits")
    {
        _days.Validators.Add(static result =>
        {
            if (result.Tokens is [{ Value: var text }] && !(int.TryParse(text, out var days) && days is >= 1 and <= 90))
            {
                result.AddError($"--days is {text}, but must be 1 to 90, because older figures are not kept.");
            }
        });
        Add(_by);
        Add(_days);
        Add(_run);
        Add(_watch);
        Add(_refresh);
        _engine.AddTo(this);
        Add(_json);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var overview = new UsageOverview(context);
        var by = parsed.GetValue(_by);
        if (parsed.GetValue(_json))
        {
            context.Print(await ReadAsync(), DocumentJson.Default.UsageDocument);
            return UseCaseOutcome.Done;
        }
        var before = "";
        while (true)
        {
            var lines = overview.Lines(await ReadAsync(), by).ToList();
            var now = string.Join('\n', lines);
            if (now != before)
            {
                Show(context, lines, isAgain: before.Length > 0);
                before = now;
            }
            if (!parsed.GetValue(_watch))
            {
                return UseCaseOutcome.Done;
            }
            await Task.Delay(TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(_refresh), 0.2, 3600)), context.Time, stop);
        }

        Task<UsageDocument> ReadAsync() =>
            new RunQueries(context, _engine.Flags(parsed)).UsageAsync(parsed.GetValue(_days), parsed.GetValue(_run), stop);
    }

    private static void Show(CliCommandServiceBundle context, IReadOnlyList<string> lines, bool isAgain)
    {
        if (isAgain)
        {
            context.Terminal.Show("");
        }
        foreach (var line in lines)
        {
            context.Terminal.Show(line);
        }
    }
}
