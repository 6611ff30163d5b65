namespace Orchestrator.Plans;

/// <summary>Packages that a task needs.</summary>
public sealed record TaskPackageRequirements
{
    /// <summary>Packages that the product itself uses, such as <c>pandas&gt;=2.0</c>.</summary>
    [JsonPropertyName("runtime")]
    public IReadOnlyList<string> Runtime
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Packages that are used only for development.</summary>
    [JsonPropertyName("dev")]
    public IReadOnlyList<string> Dev
    {
        get;
        init => field = value ?? [];
    } = [];
}
