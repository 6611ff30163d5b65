namespace Orchestrator.Plans;

/// <summary>A change to a file that the planner foresaw.</summary>
/// <param name="File">Path relative to the repository.</param>
/// <param name="Action">What is done to it, such as <c>add_route</c>.</param>
/// <param name="Intent">Why, as text; for members (<c>{prefix: /api}</c>) their text.</param>
public sealed record PatchIntent(
    [property: JsonPropertyName("file")] string File,
    [property: JsonPropertyName("action")] string? Action = null,
    [property: JsonPropertyName("intent")] string? Intent = null
);
