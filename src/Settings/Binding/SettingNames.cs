namespace Orchestrator.Settings;

/// <summary>Maps names of settings to names of environment variables and back.</summary>
internal static class SettingNames
{
    public const string Prefix = "ORCHESTRATOR_";

    // Variables that give information to agents and processes of a run. They are no settings.
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

    /// <summary>Returns the environment variable for a setting, such as <c>ORCHESTRATOR_A__B_C</c> for <c>a.b_c</c>.</summary>
    public static string VariableOf(string name) => Prefix + name.Replace(".", "__", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>Returns the setting name for an environment variable, or null if the variable does not define a setting.</summary>
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
