using System.Globalization;
using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>pick</c>: compares several results of the same task by their gates, measurements and size. Selects the best result and creates a
/// branch for it.
/// </summary>
internal sealed class PickBestTaskResultCommand : CliCommand
{
    private readonly RunOrTaskCliArgument _run = new("RUN", "A run that was started by 'spawn --n', and whose tasks have all ended");

    public PickBestTaskResultCommand()
        : base("pick", "Pick the best of several results of a task by their gates and measurements")
    {
        _run.AddTo(this);
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var run = _run.RequireRun(repository, parsed);
        return run.Status.Tasks.FirstOrDefault(task => !TaskStateNames.IsEnd(task.State)) is { } open
            ? throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{open.Id} of {run.Id} is {open.State}. Wait until all tasks have ended.",
                $"See 'orchestrate status {run.Id}'."
            )
            : ShowAsync(run.Status, repository, context, stop);
    }

    /// <summary>Selects the best result of each task, and prints all results in ranked order.</summary>
    /// <returns>The exit code. It reports failed work if no result could be selected.</returns>
    internal static async Task<UseCaseOutcome> ShowAsync(
        RunStatus run,
        LocalRepositoryPaths repository,
        CliCommandServiceBundle context,
        CancellationToken stop
    )
    {
        var picked = await new ResultPicker(repository, context).PickAsync(run, stop);
        if (picked.Count == 0)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"No two tasks of {run.RunId} have the same text.",
                "orchestrate spawn --n 3 --pick \"TASK\" gives one task to several agents."
            );
        }
        foreach (var (results, best, reason, branch) in picked)
        {
            foreach (var (index, result) in results.Index())
            {
                context.Terminal.Show(string.Create(CultureInfo.InvariantCulture, $"{index + 1}. {result}"));
            }
            context.Terminal.Show(
                branch.Length == 0 ? "No result was picked, because none passed its gates."
                : reason.Length > 0 ? $"Picked {best}, because {reason}. Its work is on {branch}."
                : $"Picked {best}, the first of equal results. Its work is on {branch}."
            );
        }
        return picked.All(one => one.Branch.Length > 0) ? UseCaseOutcome.Done : UseCaseOutcome.WorkFailed;
    }
}
