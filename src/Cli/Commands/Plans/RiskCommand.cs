using Orchestrator.Runs.Loading;

namespace Orchestrator.Cli.Commands;

/// <summary><c>risk</c>: shows the risk score of a plan and its factors.</summary>
internal sealed class RiskCommand : CliCommand
{
    private readonly Argument<string> _plan = new("PLAN")
    {
        Description = "The plan file",
        DefaultValueFactory = static _ => PlanFiles.DefaultName,
    };
    private readonly Option<string?> _config = new("--config")
    {
        Description = "Read patterns and thresholds from this file instead of the repository's",
        HelpName = "FILE",
    };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public RiskCommand()
        : base("risk", "Score the risk of a plan, and list every reason")
    {
        Add(_plan);
        Add(_config);
        Add(_json);
    }

    public override Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var plan = context.PlanFiles.Require(parsed.GetRequiredValue(_plan));
        var settings = parsed.GetValue(_config) is { } file
            ? context.LoadSettingsFrom(file).Settings!
            : RiskOverview.Rules(context, context.LoadSettings());
        var score = PlanScore.Of(plan, settings, context.FindRepository()?.WorkTree);
        var guarded = ProtectedPath.Of(plan, settings.AlwaysRequireHuman);
        if (parsed.GetValue(_json))
        {
            context.Print(Describe(score, guarded), DocumentJson.Default.RiskDocument);
        }
        foreach (var line in RiskOverview.Lines(score, guarded))
        {
            context.Terminal.Show(line);
        }
        return Task.FromResult(score.Score > score.AutoApproveThreshold ? Outcome.NeedsPerson : Outcome.Done);
    }

    private static RiskDocument Describe(RiskScore score, IReadOnlyList<ProtectedPath> guarded) =>
        new(
            score.Score,
            RiskOverview.LevelName(score.Level),
            score.AutoApproveThreshold,
            [.. score.Factors.Select(f => new RiskEntry(f.Points, f.Kind, f.Message, f.Path, f.Pattern, f.Count))],
            [.. guarded.Select(p => new ProtectedEntry(p.TaskId, p.Path, p.Glob))]
        );
}
