namespace Orchestrator.Cli.Commands;

/// <summary>Prints the view of a plan that is selected by <c>validate --view</c> or <c>show --view</c>.</summary>
internal static class PlanAnalysisPrinter
{
    public const string Graph = "graph";
    public const string Mermaid = "mermaid";
    public const string Dot = "dot";
    private const string Conflicts = "conflicts";
    private const string Risk = "risk";

    /// <summary>Creates the option that selects a view.</summary>
    public static Option<string?> Option()
    {
        var option = new Option<string?>("--view")
        {
            Description =
                "Print only the task order as text (graph), Mermaid or Graphviz (dot), the tasks that share files (conflicts), or "
                + "the risk score",
        };
        return option.AcceptOnlyFromAmong(Graph, Mermaid, Dot, Conflicts, Risk);
    }

    /// <summary>Prints a view and returns the exit code.</summary>
    /// <param name="view">Name of the view.</param>
    /// <param name="config">File with patterns and thresholds of the risk score, or null for the repository's configuration.</param>
    public static UseCaseOutcome Show(Plan plan, string view, string? config, bool json, CliCommandServiceBundle context) =>
        view switch
        {
            Conflicts => PlanConflictPrinter.Show(plan, json, context),
            Risk => PlanRiskPrinter.Show(plan, config, json, context),
            _ => PlanGraphPrinter.Show(plan, view, json, context),
        };
}
