namespace Orchestrator.Settings.Tests;

/// <summary>Values that a setting accepts and that are not its default.</summary>
internal static class SampleOf
{
    // Tried in this order; what a key accepts and is not its default serves.
    private static readonly string[] Samples =
    [
        "7",
        "70",
        "96",
        "90s",
        "other",
        "true",
        "false",
        "[a, b]",
        "$NAME",
        "api",
        "branch",
        "bypass",
        "off",
        "planner",
        "observe",
        "desktop",
        "[run_done]",
        "[api]",
        "22:00-07:00",
        "[{pattern: x, weight: 1}]",
        "{A: b}",
        "{web: [a/**]}",
        "2",
        "[{model: x, input: 1, output: 2}]",
        "https://desk.example:8888",
        "codex",
        "as-configured",
        "landing",
        $"['{Approver}']",
    ];

    /// <summary>A public key in the form of <c>approvers</c>.</summary>
    public const string Approver =
        "kim MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE1sMNx6JI2UXNZu5XH/rPSN274lnp4a7GwzhRs+4LUMZDGSsVTj7XbpASSfeCKKVbvmE1OnxM+eOAw5o4xt817g==";

    /// <summary>A value for a setting, and a configuration file with it.</summary>
    /// <param name="name">Its name, without a <c>*</c>.</param>
    public static (string Value, string File) Setting(string name)
    {
        var sample = Samples.FirstOrDefault(value =>
            SettingsLoader.Load(new RawSettingSourceContent { IsTrusted = true, UserFile = new("config.yaml", File(name, value)) })
                is { Errors.Count: 0 } read
            && read.Values.Single(entry => entry.Name == name) is var set
            && set.Value != set.DefaultValue
        );
        return sample is null
            ? throw new InvalidOperationException($"No sample value suits {name}: add one to the list of {nameof(SampleOf)}.")
            : (sample, File(name, sample));
    }

    private static string File(string name, string value) => $"{Agent(name)}{name}: {value}\n";

    // An agent needs its program; of the key itself that is the sample.
    private static string Agent(string name) =>
        name == "require_proof" ? $"approvers: ['{Approver}']\n"
        : name.StartsWith("agents.mine.", StringComparison.Ordinal) && !name.EndsWith(".command", StringComparison.Ordinal)
            ? "agents.mine.command: [x]\n"
                + (name.EndsWith(".fallback", StringComparison.Ordinal) ? "agents.mine.fallback_budget: 5\n" : "")
        : name is "agent" ? "agents.other.command: [x]\n"
        : "";
}
