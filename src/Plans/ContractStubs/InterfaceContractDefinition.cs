namespace Orchestrator.Plans;

/// <summary>An interface that several tasks agree on before they start.</summary>
public sealed record InterfaceContractDefinition
{
    /// <summary>Name of the type, such as <c>AuthServiceProtocol</c>.</summary>
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>Version declared in the plan. The version that is actually used is the content hash.</summary>
    [JsonPropertyName("version")]
    public string? Version { get; init; }

    /// <summary>Path of the file with the contract's stub. Its extension determines the language.</summary>
    [JsonPropertyName("file_path")]
    public string? FilePath { get; init; }

    /// <summary>
    /// Signatures of the contract's methods, such as <c>login(username: str, password: str) -> dict</c>. A bare name is a method without
    /// parameters.
    /// </summary>
    [JsonPropertyName("methods")]
    public IReadOnlyList<string> Methods
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Ids of the tasks that depend on the contract.</summary>
    [JsonPropertyName("consumers")]
    public IReadOnlyList<string> Consumers
    {
        get;
        init => field = value ?? [];
    } = [];
}
