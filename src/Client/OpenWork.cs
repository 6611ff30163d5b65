namespace Orchestrator.Client;

/// <summary>The workflows that do the work of runs.</summary>
internal static class OpenWork
{
    /// <summary>Visibility query for those that are open: runs, their tasks, plans that are made.</summary>
    public const string Query = $"ExecutionStatus = 'Running' AND (WorkflowType = '{RunClient.WorkflowType}' OR WorkflowType = 'TaskWorkflow' OR WorkflowType = 'PlanningWorkflow')";
}
