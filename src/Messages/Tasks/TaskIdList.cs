namespace Orchestrator.Messages;

/// <summary>Lists ids of tasks in sentences.</summary>
internal static class TaskIdList
{
    /// <summary>Lists the first ids and the number of omitted ones.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="most">Maximum number of listed ids, at least 1.</param>
    public static string First(IReadOnlyList<string> ids, int most) =>
        string.Join(", ", ids.Take(most)) + (ids.Count > most ? $" and {ids.Count - most} more" : "");
}
