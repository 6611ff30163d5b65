using System.CommandLine;
using Orchestrator.Cli.Documents;
using Orchestrator.Plans;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary><c>risk</c>: how risky a plan is, and why.</summary>
internal sealed class RiskCommand : CliCommand
{
    private readonly Argument<string> _plan = new("PLAN") { Description = "The plan file", DefaultValueFactory = static _ => PlanFiles.DefaultName };
    private readonly Option<string?> _config = new("--config") { Description = "Take patterns and thresholds from this file instead of the repository's", HelpName = "FILE" };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public RiskCommand()
        : base("risk", "Score a plan and name every reason")
    {
        Add(_plan);
        Add(_config);
        Add(_json);
    }

    public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var plan = PlanFiles.Require(context, parsed.GetRequiredValue(_plan));
        var settings = parsed.GetValue(_config) is { } file ? context.LoadSettingsFrom(file).Settings! : InRepository(context);
        var score = RiskScore.Of(plan, settings.Risk.ToOptions());
        var guarded = ProtectedPath.Of(plan, settings.AlwaysRequireHuman);
        if (parsed.GetValue(_json))
            context.Print(Describe(score, guarded), CliJson.Default.RiskDocument);
        foreach (var factor in score.Factors)
            context.Terminal.Say($"{factor.Points,5}  {factor.Message}");
        foreach (var path in guarded)
            context.Terminal.Say($"       Task '{path.TaskId}' owns '{path.Path}', which always needs a person ({path.Glob}).");
        context.Terminal.Say($"{score.Score,5}  {LevelName(score.Level)} (up to {score.AutoApproveThreshold} nobody is asked)");
        return Task.FromResult(score.Score > score.AutoApproveThreshold ? ExitCodes.NeedsPerson : ExitCodes.Done);
    }

    // By the rules that a run will have once the repository is trusted: without them a plan would seem less risky than it is.
    private static OrchestratorSettings InRepository(CommandContext context)
    {
        var loaded = context.LoadSettings();
        if (loaded.Values.FirstOrDefault(value => value.IsWithheld && (value.Name.StartsWith("risk.", StringComparison.Ordinal) || value.Name == "always_require_human")) is not { } own)
            return loaded.Settings!;
        context.Terminal.Warn($"Scored by this repository's own rules ({own.Source}), which nobody has trusted yet: orchestrate trust.");
        return context.FindSettings()!;
    }

    private static RiskDocument Describe(RiskScore score, IReadOnlyList<ProtectedPath> guarded) => new(
        score.Score,
        LevelName(score.Level),
        score.AutoApproveThreshold,
        [.. score.Factors.Select(f => new RiskEntry(f.Points, f.Kind, f.Message, f.Path, f.Pattern, f.Count))],
        [.. guarded.Select(p => new ProtectedEntry(p.TaskId, p.Path, p.Glob))]);

    private static string LevelName(RiskLevel level) => level switch
    {
        RiskLevel.AutoApprove => "auto-approve",
        RiskLevel.ReviewRecommended => "review-recommended",
        _ => "approval-required",
    };
}
