namespace Orchestrator.Plans;

/// <summary>A change to a file, as predicted by the planner.</summary>
/// <param name="File">Path relative to the repository.</param>
/// <param name="Action">Kind of change, such as <c>add_route</c>.</param>
/// <param name="Intent">Purpose of the change as text. A mapping (<c>{prefix: /api}</c>) is kept as its text.</param>
public sealed record PlannedFileChange(
    [property: JsonPropertyName("file")] string File,
    [property: JsonPropertyName("action")] string? Action = null,
    [property: JsonPropertyName("intent")] string? Intent = null
);
