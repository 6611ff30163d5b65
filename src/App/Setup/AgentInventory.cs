using Orchestrator.Agents.ClaudeCli;
using Orchestrator.Agents.Descriptions;

namespace Orchestrator.App.Setup;

/// <summary>An agent that tasks can name, with the result of checking it on this machine.</summary>
/// <param name="Name">Name in settings and plans.</param>
/// <param name="Status">Status of the agent.</param>
/// <param name="Message">Result of the check as a sentence.</param>
/// <param name="Cure">Suggested fix, or null if nothing has to be done.</param>
public sealed record AgentAvailability(string Name, MachineReadinessCheckStatus Status, string Message, string? Cure)
{
    /// <summary>True if this agent works on tasks that name no agent.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Installed version of the agent's program, or null if the program is missing or does not report its version.</summary>
    public string? Version { get; init; }

    /// <summary>
    /// Range of versions of the agent's program with which the orchestrator was tested, such as <c>2.1.197 to 2.1.328</c>, or null if no
    /// version was tested.
    /// </summary>
    public string? Tried { get; init; }

    /// <summary>
    /// True if the agent is logged in or has a key, or null if this can't be determined without a request to the agent's service.
    /// </summary>
    public bool? IsLoggedIn { get; init; }

    /// <summary>
    /// Version of the agent that the conformance kit (tests with a simulated agent) simulates, or null if it simulates the documented
    /// behavior.
    /// </summary>
    public string? KitVersion { get; init; }

    /// <summary>Number of conformance kit cases that passed, or null if the agent was never tested with the kit.</summary>
    public int? KitPassed { get; init; }

    /// <summary>Number of cases in the conformance kit for this agent.</summary>
    public int? KitOf { get; init; }

    /// <summary>Names of the conformance kit cases that did not pass.</summary>
    public IReadOnlyList<string> KitFails { get; init; } = [];
}

/// <summary>Checks all built-in and configured agents. Starts their programs to get their versions, but calls no service.</summary>
public static class AgentInventory
{
    /// <summary>Returns the agents, sorted by name.</summary>
    /// <param name="loaded">Effective settings without errors.</param>
    /// <param name="repository">Folder to which relative program paths refer.</param>
    public static async Task<IReadOnlyList<AgentAvailability>> DetectAsync(
        SettingsLoadResult loaded,
        string repository,
        CancellationToken cancellationToken
    ) => await Task.WhenAll(loaded.Settings!.AgentNames.Select(name => DetectAsync(name, loaded, repository, cancellationToken)));

    private static async Task<AgentAvailability> DetectAsync(
        string name,
        SettingsLoadResult loaded,
        string repository,
        CancellationToken cancellationToken
    )
    {
        var settings = loaded.Settings!;
        var runner = MachinePrerequisiteChecker.Runner(name, settings, loaded.AgentEnvironment);
        var check = MachinePrerequisiteChecker.Explain(await runner.CheckAsync(repository, cancellationToken), name, loaded);
        var description = settings.DescriptionOf(name) is { } json ? AgentDescriptionReader.Read(json).Description : null;
        var isClaude = ReferenceEquals(settings.Agents.GetValueOrDefault(name), settings.Claude);
        // The kit has not tested plain programs, and descriptions that differ from the known one. The kit treats all programs that speak
        // the Agent Client Protocol alike.
        var score =
            description is { Protocol: AgentProtocol.Acp } ? AgentConformanceScores.Find("acp")
            : isClaude || (description is not null && description.Tried == BuiltInAgents.Find(name)?.Tried)
                ? AgentConformanceScores.Find(name)
            : null;
        return new AgentAvailability(name, MachinePrerequisiteChecker.StatusOf(check), check.Message, check.Cure)
        {
            IsDefault = settings.Agent == name,
            Version = check.Version,
            Tried = isClaude ? $"{ClaudeCliOptions.OldestVersion} to {ClaudeCliOptions.NewestTriedVersion}" : description?.Tried,
            IsLoggedIn = check.IsLoggedIn,
            KitVersion = score?.Version,
            KitPassed = score?.Passed,
            KitOf = score?.Of,
            KitFails = score?.Fails ?? [],
        };
    }
}
