namespace Orchestrator.Settings;

/// <summary>The variables that <c>.env</c> and <c>.orchestrator/secrets.env</c> of a trusted repository may set for agents and planners:
/// account, region and model. A closed list, because other variables control which programs are run and where keys are sent: PATH,
/// LD_PRELOAD, NODE_OPTIONS, GIT_*, AWS_CONFIG_FILE (credential processes), AWS_ENDPOINT_URL, ANTHROPIC_BASE_URL.</summary>
internal static class RepositoryVariables
{
    private static readonly string[] Secrets =
    [
        "ANTHROPIC_API_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_BEARER_TOKEN_BEDROCK",
    ];

    private static readonly string[] Names = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "BEDROCK_MODEL_ID"];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Secrets, .. Names];

    /// <summary>True for a variable that is passed on.</summary>
    public static bool Contains(string variable) => All.Contains(variable);

    /// <summary>True where the value must not be shown.</summary>
    internal static bool IsSecret(string variable) => Secrets.Contains(variable);

    /// <summary>True for a variable of the same services that is not passed on, which is reported.</summary>
    internal static bool IsRefused(string variable) => variable.StartsWith("AWS_", StringComparison.Ordinal) && !Contains(variable);
}
