namespace Orchestrator.Plans;

/// <summary>A small step of a task.</summary>
/// <param name="Id">Number of the step, such as <c>1.2</c>.</param>
/// <param name="Description">Description of the work to do.</param>
/// <param name="Completed">True if the plan marks the step as done.</param>
public sealed record ChecklistItem(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("description")] string Description,
    [property: JsonPropertyName("completed")] bool Completed = false
);
