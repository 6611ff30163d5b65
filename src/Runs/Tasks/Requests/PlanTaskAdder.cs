using Orchestrator.Runs.Loading;

namespace Orchestrator.Runs.Tasks.Requests;

/// <summary>Adds tasks that a user describes to the plan of a run in progress.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class PlanTaskAdder(RunServiceBundle services)
{
    /// <summary>Stores the plan with the added tasks. A repeated call has the same result.</summary>
    /// <param name="input">The run and the tasks to add.</param>
    public SplitConclusion Add(AddTasksInput input)
    {
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var tasks = input.Tasks.Select(task => AdhocPlan.TaskOf(task.Text.Trim(), task.Id)).ToList();
        var extended = files with
        {
            Plan = files.Plan with { Tasks = [.. files.Plan.Tasks, .. tasks] },
            Added = files.Added.Union(tasks.Select(task => task.Id)).ToHashSet(StringComparer.Ordinal),
        };
        return new SplitConclusion
        {
            PlanHash = files.StoreExtended(tasks),
            Tasks = [.. TaskOutlineExtractor.OutlineOf(extended).Tasks.Skip(files.Plan.Tasks.Count)],
        };
    }
}
