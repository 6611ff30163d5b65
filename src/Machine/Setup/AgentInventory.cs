using Orchestrator.Agents.ClaudeCli;
using Orchestrator.Agents.Descriptions;
using Orchestrator.Settings;

namespace Orchestrator.Machine.Setup;

/// <summary>An agent that tasks may name, as it is found on this machine.</summary>
/// <param name="Name">Its name in settings and plans.</param>
/// <param name="Status">Whether it can work.</param>
/// <param name="Message">The result of the look, in a sentence.</param>
/// <param name="Cure">What to do; null when nothing has to be done.</param>
public sealed record FoundAgent(string Name, MachineCheckStatus Status, string Message, string? Cure)
{
    /// <summary>True if tasks that name no agent go to this one.</summary>
    public bool IsDefault { get; init; }

    /// <summary>The version that is installed; null: it is not found, or does not say.</summary>
    public string? Version { get; init; }

    /// <summary>The versions that were tried, such as <c>2.1.197 to 2.1.328</c>; null: none was.</summary>
    public string? Tried { get; init; }

    /// <summary>True if it is logged in, or has a key; null: unknown without a call.</summary>
    public bool? IsLoggedIn { get; init; }

    /// <summary>The version whose manners the kit played; null: those of its documents.</summary>
    public string? KitVersion { get; init; }

    /// <summary>The number of rudenesses of the conformance kit that it survived; null: it was never tested with it.</summary>
    public int? KitPassed { get; init; }

    /// <summary>The number of rudenesses that it was tested with.</summary>
    public int? KitOf { get; init; }

    /// <summary>Names of the rudenesses that it did not survive.</summary>
    public IReadOnlyList<string> KitFails { get; init; } = [];
}

/// <summary>Looks for all agents that are known or set. Starts their programs for their version, calls no service.</summary>
public static class AgentInventory
{
    /// <summary>The agents, in the order of their names.</summary>
    /// <param name="loaded">The settings in force, without errors.</param>
    /// <param name="repository">Where relative programs are looked for.</param>
    public static async Task<IReadOnlyList<FoundAgent>> LookAsync(
        SettingsResult loaded,
        string repository,
        CancellationToken cancellationToken
    ) => await Task.WhenAll(loaded.Settings!.AgentNames.Select(name => LookAsync(name, loaded, repository, cancellationToken)));

    private static async Task<FoundAgent> LookAsync(
        string name,
        SettingsResult loaded,
        string repository,
        CancellationToken cancellationToken
    )
    {
        var settings = loaded.Settings!;
        var runner = MachineCheck.Runner(name, settings, loaded.AgentEnvironment);
        var check = MachineCheck.Explain(await runner.CheckAsync(repository, cancellationToken), name, loaded);
        var description = settings.DescriptionOf(name) is { } json ? DescriptionReader.Read(json).Description : null;
        var isClaude = ReferenceEquals(settings.Agents.GetValueOrDefault(name), settings.Claude);
        // A plain program, or another version's description under a known name, was never put to the kit; those that speak the Agent
        // Client Protocol are alike in it.
        var score =
            description is { Protocol: AgentProtocol.Acp } ? ConformanceScores.Find("acp")
            : isClaude || (description is not null && description.Tried == KnownAgents.Find(name)?.Tried) ? ConformanceScores.Find(name)
            : null;
        return new FoundAgent(name, MachineCheck.StatusOf(check), check.Message, check.Cure)
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
