namespace Orchestrator.Settings;

/// <summary>
/// Variables for agents and planners that a trusted repository's <c>.env</c> and <c>.orchestrator/secrets.env</c> may set. They select the
/// account, region and model. The list is closed, because other variables control which programs run and where keys are sent. Examples of
/// those: PATH, LD_PRELOAD, NODE_OPTIONS, GIT_*, AWS_CONFIG_FILE (credential processes), AWS_ENDPOINT_URL, ANTHROPIC_BASE_URL.
/// </summary>
internal static class RepositoryVariableAllowlist
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

    /// <summary>Names of all variables that a repository's files may set for agents.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Secrets, .. Names];

    /// <summary>True if the variable may be passed on to agents.</summary>
    public static bool Contains(string variable) => All.Contains(variable);

    /// <summary>True if the value is a secret and must never be displayed.</summary>
    internal static bool IsSecret(string variable) => Secrets.Contains(variable);

    /// <summary>True if the variable belongs to AWS but must not be passed on to agents. The user is notified about it.</summary>
    internal static bool IsRefused(string variable) => variable.StartsWith("AWS_", StringComparison.Ordinal) && !Contains(variable);
}
