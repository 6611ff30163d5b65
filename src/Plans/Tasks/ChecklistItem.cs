namespace Orchestrator.Plans;

/// <summary>A small step of a task.</summary>
/// <param name="Id">Its number, such as <c>1.2</c>.</param>
/// <param name="Description">What is to be done.</param>
/// <param name="Completed">Already ticked in the plan.</param>
public sealed record ChecklistItem(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("description")] string Description,
    [property: JsonPropertyName("completed")] bool Completed = false
);
