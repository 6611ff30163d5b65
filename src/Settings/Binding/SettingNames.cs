namespace Orchestrator.Settings;

/// <summary>Maps names of settings to names of environment variables, and back.</summary>
internal static class SettingNames
{
    public const string Prefix = "ORCHESTRATOR_";

    // Facts for agents; they are no settings.
    private static readonly string[] Facts =
    [
        "RUN",
        "TASK",
        "ATTEMPT",
        "PROMPT_FILE",
        "REPOSITORY",
        "PORT",
        "WORKTREE",
        "TOKEN",
        "START",
        "CHILD",
        "SUPERVISOR",
    ];

    /// <summary><c>a.b_c</c> is <c>ORCHESTRATOR_A__B_C</c>.</summary>
    public static string VariableOf(string name) => Prefix + name.Replace(".", "__", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>The setting of a variable, or null for a fact or a foreign variable.</summary>
    public static string? OfVariable(string variable)
    {
        if (!variable.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }
        var rest = variable[Prefix.Length..];
        return rest.Length == 0 || Array.IndexOf(Facts, rest) >= 0
            ? null
            : rest.Replace("__", ".", StringComparison.Ordinal).ToLowerInvariant();
    }
}
