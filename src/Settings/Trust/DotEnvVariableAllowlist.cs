namespace Orchestrator.Settings;

/// <summary>
/// Variables for agents and planners that a trusted repository's <c>.env</c> and <c>.orchestrator/secrets.env</c> may set. They select the
/// account, region and model. No other variables are allowed, because some of them, such as <c>PATH</c> or <c>ANTHROPIC_BASE_URL</c>,
/// decide which programs run and where keys are sent.
/// </summary>
internal static class DotEnvVariableAllowlist
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

    /// <summary>True if a repository's files may set the variable for agents.</summary>
    public static bool Contains(string variable) => All.Contains(variable);

    /// <summary>True if the value is a secret and must never be displayed.</summary>
    internal static bool IsSecret(string variable) => Secrets.Contains(variable);

    /// <summary>
    /// True for an AWS variable that a repository's files must not set for agents. The user is notified about such a variable.
    /// </summary>
    internal static bool IsRefused(string variable) => variable.StartsWith("AWS_", StringComparison.Ordinal) && !Contains(variable);
}
