using System.Text.Json;

namespace Orchestrator.App.Starting;

/// <summary>Reads from a run's folder the plan that the run's planner created.</summary>
public static class PlannerPlanReader
{
    /// <summary>Returns the plan. Returns null if there is none.</summary>
    public static Plan? TryRead(LocalRepositoryPaths repository, string runId)
    {
        var file = Path.Combine(repository.RunsFolder, runId, "planning", "plan.json");
        try
        {
            return File.Exists(file) ? PlanJson.Read(File.ReadAllBytes(file)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
