using System.Globalization;

namespace Orchestrator.Agents;

/// <summary>Git settings in environment variables (git-config(1), <c>GIT_CONFIG_COUNT</c>).</summary>
internal static class GitVariables
{
    private const string Prefix = "GIT_CONFIG_";
    private const string Count = Prefix + "COUNT";
    private const string Key = Prefix + "KEY_";
    private const string Value = Prefix + "VALUE_";

    /// <summary>Sections of settings without credentials. A header with a token, an address with a password, and credential helpers are in
    /// other sections.</summary>
    private static readonly string[] s_sections =
    [
        "author",
        "commit",
        "committer",
        "core",
        "diff",
        "format",
        "i18n",
        "init",
        "merge",
        "pull",
        "push",
        "rebase",
        "safe",
        "user",
    ];

    /// <summary>True for a variable that contains a git setting, or names a file with settings.</summary>
    public static bool IsSetting(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) && name != Prefix + "PARAMETERS"; // Quoted settings, possibly with credentials.

    /// <summary>Removes the settings that a confined agent must not see.</summary>
    public static void Confine(Dictionary<string, string> environment)
    {
        var kept = Enumerable
            .Range(0, CountIn(environment))
            .Select(at => (Key: environment.GetValueOrDefault($"{Key}{at}", ""), Value: environment.GetValueOrDefault($"{Value}{at}", "")))
            .Where(setting => s_sections.Contains(setting.Key.Split('.')[0].ToLowerInvariant()))
            .ToList();
        foreach (
            var name in environment
                .Keys.Where(name =>
                    name == Count || name.StartsWith(Key, StringComparison.Ordinal) || name.StartsWith(Value, StringComparison.Ordinal)
                )
                .ToList()
        )
        {
            environment.Remove(name);
        }
        Add(environment, kept);
    }

    /// <summary>Disables git's automatic maintenance, which runs in the background after a commit: it would work in the folder that all
    /// worktrees share after the agent has ended, and be killed with the agent's leftovers.</summary>
    public static void LeaveOutMaintenance(Dictionary<string, string> environment) =>
        Add(environment, [("gc.auto", "0"), ("maintenance.auto", "false")]);

    private static void Add(Dictionary<string, string> environment, IReadOnlyList<(string Key, string Value)> settings)
    {
        var count = CountIn(environment);
        foreach (var (key, value) in settings)
        {
            environment[$"{Key}{count}"] = key;
            environment[$"{Value}{count}"] = value;
            count++;
        }
        environment[Count] = count.ToString(CultureInfo.InvariantCulture);
    }

    private static int CountIn(Dictionary<string, string> environment) =>
        int.TryParse(environment.GetValueOrDefault(Count), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? Math.Min(count, environment.Count) // A larger one is wrong, and git refuses it.
            : 0;
}
