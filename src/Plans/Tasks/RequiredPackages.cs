namespace Orchestrator.Plans;

/// <summary>Packages a task needs.</summary>
public sealed record RequiredPackages
{
    /// <summary>Packages the product itself uses, such as <c>pandas&gt;=2.0</c>.</summary>
    [JsonPropertyName("runtime")]
    public IReadOnlyList<string> Runtime
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Packages only its development uses.</summary>
    [JsonPropertyName("dev")]
    public IReadOnlyList<string> Dev
    {
        get;
        init => field = value ?? [];
    } = [];
}
