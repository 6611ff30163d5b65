using Orchestrator.App.Verification;
using Orchestrator.Cli.Console;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Overviews;

/// <summary>Shows the order and the risks of a plan to the user who decides whether to approve it.</summary>
internal static class PlanOverview
{
    /// <summary>Writes the plan's waves, with one line per task.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="terminal">Receives warnings about conflicts.</param>
    /// <param name="write">Writes one line.</param>
    /// <param name="selected">Ids of the selected tasks, or null for all.</param>
    public static void Write(Plan plan, ITerminal terminal, Action<string> write, IReadOnlySet<string>? selected = null) =>
        Write(plan, terminal, write, id => selected?.Contains(id) == false ? "  (counts as done)" : "", _ => []);

    /// <summary>
    /// Writes the plan for the user who decides whether to approve it. Includes the files, gates and risk of each task, and the plan's risk
    /// score.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="settings">Settings for the risk score, which may also define gates.</param>
    /// <param name="context">Provides the repository, whose manifests may also define gates, and the terminal.</param>
    public static void WriteInFull(Plan plan, OrchestratorSettings settings, CliCommandServiceBundle context)
    {
        var terminal = context.Terminal;
        var gates = StandaloneGateRunner.GatesOf(settings, context.RequireRepository().WorkTree);
        var score = new RunQueries(context).RiskOf(plan, settings);
        Write(
            plan,
            terminal,
            terminal.Inform,
            _ => "",
            task =>
                [
                    $"files  {Files(task)}",
                    $"gates  {Gates(gates.Explain(plan, task))}",
                    .. score
                        .Factors.Where(factor => factor.TaskId == task.Id)
                        .Select(factor => $"risk   {factor.Points}, because '{factor.Path}' matches '{factor.Pattern}'"),
                    .. task.RequiresApproval ? ["asks   for your approval before it starts"] : Array.Empty<string>(),
                ]
        );
        terminal.Inform(
            $"Risk {score.Score} (scores up to {score.AutoApproveThreshold} need no approval){(score.Factors.Count > 0 ? ":" : "")}"
        );
        foreach (var factor in score.Factors)
        {
            terminal.Inform($"{factor.Points, 5}  {factor.Message}");
        }
    }

    private static string Files(PlanTask task) =>
        task.FilesWrite is not { } files ? "any, because the task lists none; it runs alone"
        : files.Count + task.FilesAppend.Count == 0 ? "none"
        : string.Join(", ", files.Concat(task.FilesAppend.Select(file => $"{file} (appends)")));

    private static string Gates(IReadOnlyList<EffectiveGate> gates) =>
        gates.Count == 0 ? "none" : string.Join("; ", gates.Select(gate => gate.Gate.Command));

    private static void Write(
        Plan plan,
        ITerminal terminal,
        Action<string> write,
        Func<string, string> suffix,
        Func<PlanTask, IEnumerable<string>> details
    )
    {
        var graph = TaskGraph.Of(plan);
        var tasks = plan.Tasks.ToDictionary(task => task.Id);
        write($"{Plural.Of(plan.Tasks.Count, "task")} in {Plural.Of(graph.Waves.Count, "wave")}:");
        var number = 0;
        foreach (var wave in graph.Waves)
        {
            write($"Wave {++number}");
            foreach (var id in wave)
            {
                write($"  {id}: {new UntrustedText(tasks[id].Description).Line}{suffix(id)}");
                foreach (var detail in details(tasks[id]))
                {
                    write($"      {new UntrustedText(detail).Line}");
                }
            }
        }

        foreach (var conflict in TaskOwnershipConflictResult.Of(plan).Conflicts.Take(5))
        {
            terminal.Warn(conflict.Message);
        }
    }
}
